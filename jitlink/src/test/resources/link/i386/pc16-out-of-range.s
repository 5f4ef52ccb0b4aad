# triple: i386-linux-gnu
# abs: big=0x108000
# error: relocation target "big" at address 0x108000 (big) is out of range of PCRel16 fixup
	.data
	.globl data
data:
	.short big - .
