# triple: i386-linux-gnu
# abs: big=0xf7fff
# error: relocation target "big" at address 0xf7fff (big) is out of range of PCRel16 fixup
	.data
	.globl data
data:
	.short big - .
