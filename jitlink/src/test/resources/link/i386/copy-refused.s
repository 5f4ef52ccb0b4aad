# triple: i386-linux-gnu
# error: It belongs into linked programs and libraries
	.text
	.globl main
main:
	.reloc main, R_386_COPY, ext
	nop
	nop
	nop
	nop
