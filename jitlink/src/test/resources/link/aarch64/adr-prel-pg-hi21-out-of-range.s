# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: big=0x110000000
# error: relocation target "big" at address 0x110000000 (big) is out of range of Page21 fixup
	.text
	.globl main
main:
	adrp x1, big
