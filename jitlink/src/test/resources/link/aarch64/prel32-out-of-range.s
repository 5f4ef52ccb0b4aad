# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x101000
# abs: big=0x80101000
# error: relocation target "big" at address 0x80101000 (big) is out of range of Delta32 fixup
	.data
	.globl main
main:
	.word big - .
