# The target is defined here, so that no stub can lead there.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# error: relocation target "main" at address 0x10000000 (main) is out of range of Branch26PCRel fixup
	.text
	.globl main
main:
	.reloc ., R_AARCH64_CALL26, main + 0x8000000
	bl .
