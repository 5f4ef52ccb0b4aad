# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: big=0x10000
# error: relocation target "big" at address 0x10000 (big) is out of range of MoveWide16 fixup
	.text
	.globl main
main:
	movz x1, #:abs_g0:big
