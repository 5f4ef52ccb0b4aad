# One page for two loads: neither may be rewritten.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: near=0x10005678
	.text
	.globl main
# jitlink-check: decode_operand(first, 2) = got_addr(got-loads-apart.o, near)[11:3]
# jitlink-check: decode_operand(second, 2) = got_addr(got-loads-apart.o, near)[11:3]
main:
	adrp x0, :got:near
first:
	ldr x1, [x0, :got_lo12:near]
second:
	ldr x2, [x0, :got_lo12:near]
	ret
