# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: v=0x10
# error: an edge RequestTLSOffsetInGOTAndTransformToPageOffset12 to v
	.text
	.globl main
main:
	ldr x0, [x0, :gottprel_lo12:v]
