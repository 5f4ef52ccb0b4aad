# triple: i386-linux-gnu
# error: R_386_TLS_GD in
	.text
	.globl main
main:
	leal v@TLSGD(%ebx), %eax
