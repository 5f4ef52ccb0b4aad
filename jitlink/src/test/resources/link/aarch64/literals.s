# R_AARCH64_ADR_PREL_LO21 and LD_PREL_LO19, to both ends of their ranges.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: ahead=0x100fffff
# abs: back=0xff00004
# abs: ahead19=0x10100004
# abs: back19=0xff0000c
	.text
	.globl main
# jitlink-check: decode_operand(main, 1) = 0xfffff
main:
	adr x0, ahead
# jitlink-check: decode_operand(adr, 1)[20:0] = 0x100000
adr:
	adr x0, back
# jitlink-check: decode_operand(load, 1) = 0x3ffff
load:
	ldr x0, ahead19
# jitlink-check: decode_operand(word, 1)[18:0] = 0x40000
word:
	ldrsw x0, back19
