# R_AARCH64_LD64_GOTPAGE_LO15: from the page where the table begins.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: far=0xdeadbeef00000000
	.text
	.globl main
# jitlink-check: decode_operand(main, 1) = (_GLOBAL_OFFSET_TABLE_ >> 12) - (main >> 12)
main:
	adrp x0, _GLOBAL_OFFSET_TABLE_
# jitlink-check: decode_operand(load, 2) = (got_addr(got-page.o, far) - ((_GLOBAL_OFFSET_TABLE_ >> 12) << 12)) >> 3
load:
	ldr x0, [x0, :gotpage_lo15:far]
	ret
