# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: big=0x10100000
# error: relocation target "big" at address 0x10100000 (big) is out of range of ADRLiteral21 fixup
	.text
	.globl main
main:
	adr x1, big
