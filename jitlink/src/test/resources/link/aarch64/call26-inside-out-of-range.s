# A stub leads to the beginning of a function, not into it.
# triple: aarch64-linux-gnu
# abs: far=0x7fff00000000
# error: relocation target "far" at address 0x7fff00000000 (far) is out of range of Branch26PCRel fixup
	.text
	.globl main
main:
	bl far+8
