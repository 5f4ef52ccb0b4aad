# triple: i386-linux-gnu
# error: R_386_TLS_LE in
	.text
	.globl main
main:
	movl $v@NTPOFF, %eax
