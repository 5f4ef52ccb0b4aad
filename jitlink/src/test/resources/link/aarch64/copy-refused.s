# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: v=0x10
# error: R_AARCH64_COPY in
	.text
	.globl main
main:
	.reloc ., R_AARCH64_COPY, v
	ret
