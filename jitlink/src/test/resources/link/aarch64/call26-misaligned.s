# The target is defined here, so that no stub can lead there.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# error: 0x10000000 improper alignment for relocation Branch26PCRel: 0x5 is not aligned to 4 bytes
	.text
	.globl main
main:
	bl odd
	.section .text.odd,"ax",@progbits
	.byte 0
odd:
	ret
