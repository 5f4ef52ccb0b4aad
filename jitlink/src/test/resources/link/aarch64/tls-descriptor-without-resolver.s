# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# error: __tlsdesc_resolver
	.text
	.globl main
main:
	adrp x0, :tlsdesc:variable
	ldr x1, [x0, :tlsdesc_lo12:variable]

	.section .tdata,"awT",@progbits
	.globl variable
variable:
	.word 5
