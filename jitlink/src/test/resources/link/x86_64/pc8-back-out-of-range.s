# triple: x86_64-linux-gnu
# abs: big=0xfff7f
# error: relocation target "big" at address 0xfff7f (big) is out of range of Delta8 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_PC8, big
	.quad 0
