# triple: x86_64-linux-gnu
# abs: far=0x7fff00000000
# error: far
	.text
	.globl main
main:
	leaq far(%rip), %rax
