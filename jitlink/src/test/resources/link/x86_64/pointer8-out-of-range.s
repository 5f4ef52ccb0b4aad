# triple: x86_64-linux-gnu
# abs: big=0x100
# error: relocation target "big" at address 0x100 (big) is out of range of Pointer8 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_8, big
	.quad 0
