# triple: i386-linux-gnu
# abs: big=0x100080
# error: relocation target "big" at address 0x100080 (big) is out of range of PCRel8 fixup
	.data
	.globl data
data:
	.byte big - .
