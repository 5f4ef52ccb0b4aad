# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: v=0x10
# error: an edge RequestTLSOffsetInGOTAndTransformToPage21 to v
	.text
	.globl main
main:
	adrp x0, :gottprel:v
