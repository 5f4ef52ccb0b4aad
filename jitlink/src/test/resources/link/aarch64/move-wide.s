# R_AARCH64_MOVW_UABS_G0 to G3, and _NC, which cut off what does not fit.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: far=0xfedcba9876543210
# abs: top16=0xffff
# abs: top32=0xfffffffe
# abs: top48=0xfffffffefffe
	.text
	.globl main
# jitlink-check: decode_operand(main, 1) = 0xfedc
main:
	movz x0, #:abs_g3:far
# jitlink-check: decode_operand(g2, 2) = 0xba98
g2:
	movk x0, #:abs_g2_nc:far
# jitlink-check: decode_operand(g1, 2) = 0x7654
g1:
	movk x0, #:abs_g1_nc:far
# jitlink-check: decode_operand(g0, 2) = 0x3214
g0:
	movk x0, #:abs_g0_nc:far + 4
# jitlink-check: decode_operand(checked0, 1) = 0xffff
checked0:
	movz x0, #:abs_g0:top16
# jitlink-check: decode_operand(checked1, 1) = 0xffff
checked1:
	movz x0, #:abs_g1:top32
# jitlink-check: decode_operand(checked2, 1) = 0xffff
checked2:
	movz x0, #:abs_g2:top48
	ret
