# triple: i386-linux-gnu
# error: R_386_TLS_IE in
	.text
	.globl main
main:
	movl v@INDNTPOFF, %eax
