# triple: i386-linux-gnu
# error: R_386_TLS_LDM in
	.text
	.globl main
main:
	leal v@TLSLDM(%ebx), %eax
