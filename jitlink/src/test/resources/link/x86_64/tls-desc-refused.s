# triple: x86_64-linux-gnu
# error: R_X86_64_GOTPC32_TLSDESC
	.text
	.globl main
main:
	.reloc main, R_X86_64_GOTPC32_TLSDESC, ext
	.quad 0
