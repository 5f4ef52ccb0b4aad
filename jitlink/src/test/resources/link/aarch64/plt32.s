# R_AARCH64_PLT32: the distance of a function, or of a stub that stands for it.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: far=0xdeadbeef00000000
	.text
	.globl main
main:
	ret

	.data
	.globl data
# jitlink-check: *{4}data = main - data
# jitlink-check: *{4}(data + 4) = stub_addr(plt32.o, far) - (data + 4)
# jitlink-check: *{8}got_addr(plt32.o, far) = far
data:
	.reloc ., R_AARCH64_PLT32, main
	.word 0
	.reloc ., R_AARCH64_PLT32, far
	.word 0
