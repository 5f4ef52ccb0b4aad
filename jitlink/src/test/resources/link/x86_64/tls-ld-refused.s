# triple: x86_64-linux-gnu
# error: R_X86_64_TLSLD
	.text
	.globl main
main:
	.reloc main, R_X86_64_TLSLD, ext
	.quad 0
