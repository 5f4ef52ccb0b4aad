# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: odd=0x10000ff1
# error: 0x10000000 improper alignment for relocation LDRLiteral19: 0xff1 is not aligned to 4 bytes
	.text
	.globl main
main:
	ldr x1, odd
