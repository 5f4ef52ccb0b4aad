# triple: x86_64-linux-gnu
# error: R_X86_64_RELATIVE
	.text
	.globl main
main:
	.reloc main, R_X86_64_RELATIVE, ext
	.quad 0
