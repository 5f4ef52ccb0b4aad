# triple: x86_64-linux-gnu
# abs: big=0x10000
# error: relocation target "big" at address 0x10000 (big) is out of range of Pointer16 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_16, big
	.quad 0
