# triple: x86_64-linux-gnu
# abs: big=0x80000000
# error: relocation target "big" at address 0x80000000 (big) is out of range of Pointer32Signed fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_32S, big
	.quad 0
