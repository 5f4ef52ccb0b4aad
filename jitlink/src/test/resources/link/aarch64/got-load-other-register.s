# The page stays in a register of its own: something may read it later.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: near=0x10005678
	.text
	.globl main
# jitlink-check: decode_operand(load, 2) = got_addr(got-load-other-register.o, near)[11:3]
main:
	adrp x0, :got:near
load:
	ldr x1, [x0, :got_lo12:near]
	ret
