# triple: x86_64-linux-gnu
# error: R_X86_64_GOTTPOFF
	.text
	.globl main
main:
	.reloc main, R_X86_64_GOTTPOFF, ext
	.quad 0
