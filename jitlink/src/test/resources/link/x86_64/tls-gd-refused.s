# triple: x86_64-linux-gnu
# error: R_X86_64_TLSGD
	.text
	.globl main
main:
	.reloc main, R_X86_64_TLSGD, ext
	.quad 0
