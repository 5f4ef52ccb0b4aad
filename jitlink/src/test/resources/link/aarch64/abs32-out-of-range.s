# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x101000
# abs: big=0x100000000
# error: relocation target "big" at address 0x100000000 (big) is out of range of Pointer32 fixup
	.data
	.globl main
main:
	.word big
