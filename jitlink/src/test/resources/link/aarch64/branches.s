# R_AARCH64_CALL26, JUMP26, CONDBR19 and TSTBR14, to both ends of their ranges.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: ahead=0x17fffffc
# abs: back=0x08000004
# abs: ahead19=0x10100004
# abs: back19=0xff0000c
# abs: ahead14=0x1000800c
# abs: back14=0xfff8014
	.text
	.globl main
# jitlink-check: decode_operand(main, 0) = 0x1ffffff
main:
	bl ahead
# jitlink-check: decode_operand(jump, 0)[25:0] = 0x2000000
jump:
	b back
# jitlink-check: decode_operand(condition, 1) = 0x3ffff
condition:
	b.ne ahead19
# jitlink-check: decode_operand(zero, 1)[18:0] = 0x40000
zero:
	cbz x1, back19
# jitlink-check: decode_operand(bit, 2) = 0x1fff
bit:
	tbz x2, #33, ahead14
# jitlink-check: decode_operand(nobit, 2)[13:0] = 0x2000
nobit:
	tbnz x2, #3, back14
