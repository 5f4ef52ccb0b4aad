# triple: x86_64-linux-gnu
# abs: big=0xffffffff800fffff
# error: relocation target "big" at address 0xffffffff800fffff (big) is out of range of Delta32 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_PC32, big
	.quad 0
