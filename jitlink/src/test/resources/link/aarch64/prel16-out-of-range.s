# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x101000
# abs: big=0x109000
# error: relocation target "big" at address 0x109000 (big) is out of range of Delta16 fixup
	.data
	.globl main
main:
	.hword big - .
