# The 64-bit models: GOT64, GOTPCREL64, GOTOFF64, GOTPC64, GOTPC32, GOT32, PLTOFF64, GOTPLT64.
# triple: x86_64-linux-gnu
# abs: far=0x123456789abcdef0
	.text
	.globl main
main:
	retq
	.data
	.globl data
# jitlink-check: *{8}(data) = got_addr(got-distances.o, far) - section_addr(got-distances.o, $__GOT)
# jitlink-check: *{8}(data + 8) = got_addr(got-distances.o, far) - (data + 8)
# jitlink-check: *{8}(data + 16) = main - section_addr(got-distances.o, $__GOT)
# jitlink-check: *{8}(data + 24) = section_addr(got-distances.o, $__GOT) - (data + 24)
# jitlink-check: *{4}(data + 32) = (section_addr(got-distances.o, $__GOT) - (data + 32))[31:0]
# jitlink-check: *{4}(data + 36) = (got_addr(got-distances.o, far) - section_addr(got-distances.o, $__GOT))[31:0]
# jitlink-check: *{8}(data + 40) = main - section_addr(got-distances.o, $__GOT)
# jitlink-check: *{8}(data + 48) = got_addr(got-distances.o, far) - section_addr(got-distances.o, $__GOT)
# jitlink-check: *{8}(got_addr(got-distances.o, far)) = far
data:
	.reloc data, R_X86_64_GOT64, far
	.quad 0
	.reloc data + 8, R_X86_64_GOTPCREL64, far
	.quad 0
	.reloc data + 16, R_X86_64_GOTOFF64, main
	.quad 0
	.reloc data + 24, R_X86_64_GOTPC64, _GLOBAL_OFFSET_TABLE_
	.quad 0
	.reloc data + 32, R_X86_64_GOTPC32, _GLOBAL_OFFSET_TABLE_
	.long 0
	.reloc data + 36, R_X86_64_GOT32, far
	.long 0
	.reloc data + 40, R_X86_64_PLTOFF64, main
	.quad 0
	.reloc data + 48, R_X86_64_GOTPLT64, far
	.quad 0
