# triple: x86_64-linux-gnu
# abs: big=0xf7fff
# error: relocation target "big" at address 0xf7fff (big) is out of range of Delta16 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_PC16, big
	.quad 0
