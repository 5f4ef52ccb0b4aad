# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# error: an initial-exec thread-local reference to v, an ordinary variable
	.text
	.globl main
main:
	.reloc ., R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21, v
	adrp x0, 0
	.data
	.globl v
	.type v, @object
v:	.word 1
