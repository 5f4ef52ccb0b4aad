# R_AARCH64_CALL26 and JUMP26: one word further a branch goes through a stub.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: ahead=0x17fffffc
# abs: beyond=0x18000004
# abs: back=0x8000008
# abs: behind=0x8000008
	.text
	.globl main
# jitlink-check: decode_operand(main, 0) = 0x1ffffff
main:
	bl ahead
# jitlink-check: decode_operand(too_far, 0) = (stub_addr(call26-limits.o, beyond) - too_far) >> 2
# jitlink-check: *{8}got_addr(call26-limits.o, beyond) = beyond
too_far:
	bl beyond
# jitlink-check: decode_operand(backward, 0)[25:0] = 0x2000000
backward:
	b back
# jitlink-check: decode_operand(too_far_back, 0) = (stub_addr(call26-limits.o, behind) - too_far_back) >> 2
too_far_back:
	b behind
