# triple: i386-linux-gnu
# abs: big=0xfff7f
# error: relocation target "big" at address 0xfff7f (big) is out of range of PCRel8 fixup
	.data
	.globl data
data:
	.byte big - .
