# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: v=0x10
# error: R_AARCH64_TLSLE_ADD_TPREL_LO12 in
	.text
	.globl main
main:
	add x0, x0, :tprel_lo12:v
