# triple: x86_64-linux-gnu
# error: R_X86_64_TPOFF32
	.text
	.globl main
main:
	.reloc main, R_X86_64_TPOFF32, ext
	.quad 0
