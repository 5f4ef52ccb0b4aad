# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: v=0x10
# error: R_AARCH64_MOVW_PREL_G0 in
	.text
	.globl main
main:
	movz x0, #:prel_g0:v
