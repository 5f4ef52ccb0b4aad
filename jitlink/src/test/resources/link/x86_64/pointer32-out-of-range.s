# triple: x86_64-linux-gnu
# abs: big=0x100000000
# error: relocation target "big" at address 0x100000000 (big) is out of range of Pointer32 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_32, big
	.quad 0
