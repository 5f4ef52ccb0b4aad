# R_AARCH64_ADR_PREL_PG_HI21 and _NC, ADD_ABS_LO12_NC and LDST*_ABS_LO12_NC.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x100000000
# abs: ahead=0x200000fff
# abs: back=0x1000
# abs: far=0x123456789abcdef0
# abs: last=0x10000000fff
	.text
	.globl main
# jitlink-check: decode_operand(main, 1) = 0xfffff
main:
	adrp x0, ahead
# jitlink-check: decode_operand(page, 1)[20:0] = 0x100000
page:
	adrp x0, back
# What does not fit is cut off, as the compiler asks for it.
# jitlink-check: decode_operand(unchecked, 1)[20:0] = ((far >> 12) - 0x100001)[20:0]
unchecked:
	adrp x0, :pg_hi21_nc:far
# jitlink-check: decode_operand(add, 2) = 0xfff
add:
	add x0, x0, :lo12:last
# jitlink-check: decode_operand(load8, 2) = 0xfff
load8:
	ldrb w0, [x0, :lo12:last]
# jitlink-check: decode_operand(load16, 2) = 0x7ff
load16:
	ldrh w0, [x0, :lo12:last - 1]
# jitlink-check: decode_operand(store32, 2) = 0x3ff
store32:
	str w0, [x0, :lo12:last - 3]
# jitlink-check: decode_operand(load64, 2) = 0x1de
load64:
	ldr x0, [x0, :lo12:far]
# jitlink-check: decode_operand(store128, 2) = 0xff
store128:
	str q0, [x0, :lo12:last - 15]
# jitlink-check: decode_operand(own, 1)[20:0] = ((data - main) >> 12)[20:0]
own:
	adrp x0, data
# jitlink-check: decode_operand(offset, 2) = (data + 8)[11:0]
offset:
	add x0, x0, :lo12:data + 8
	ret

	.data
	.globl data
data:
	.xword main
