# R_AARCH64_ADR_GOT_PAGE, LD64_GOT_LO12_NC, LD64_GOTPAGE_LO15 and GOTPCREL32; calls through stubs.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: far=0xdeadbeef00000000
# abs: near=0x12345678
	.text
	.globl main
main:
# Out of reach: the entry is read.
# jitlink-check: decode_operand(main, 1) = (got_addr(got-and-stubs.o, far) - main) >> 12
# jitlink-check: decode_operand(load, 2) = got_addr(got-and-stubs.o, far)[11:3]
# jitlink-check: *{8}got_addr(got-and-stubs.o, far) = far
	adrp x0, :got:far
load:
	ldr x0, [x0, :got_lo12:far]
# In reach: the load becomes an addition of the address.
# jitlink-check: decode_operand(relaxed, 1) = (near >> 12) - (relaxed >> 12)
# jitlink-check: decode_operand(add, 2) = near[11:0]
relaxed:
	adrp x3, :got:near
add:
	ldr x3, [x3, :got_lo12:near]
# jitlink-check: decode_operand(call_far, 0) = (stub_addr(got-and-stubs.o, far) - call_far) >> 2
call_far:
	bl far
# In reach: the stub is bypassed.
# jitlink-check: decode_operand(jump_near, 0) = (near - jump_near) >> 2
jump_near:
	b near
	ret

	.data
	.globl data
# jitlink-check: *{4}data = (got_addr(got-and-stubs.o, far) - data)[31:0]
data:
	.word far@GOTPCREL
