# triple: x86_64-linux-gnu
# error: R_X86_64_COPY
	.text
	.globl main
main:
	.reloc main, R_X86_64_COPY, ext
	.quad 0
