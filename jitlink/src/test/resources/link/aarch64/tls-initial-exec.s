# R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21 and TLSIE_LD64_GOTTPREL_LO12_NC: the distance from the thread
# pointer. The image follows a control block of 16 bytes, which grow to the image's alignment.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
	.text
	.globl main
# jitlink-check: decode_operand(main, 1)[20:0] = ((section_addr(tls-initial-exec.o, $__TLSOFFSET) >> 12) - (main >> 12))[20:0]
# jitlink-check: decode_operand(load, 2) = section_addr(tls-initial-exec.o, $__TLSOFFSET)[11:3]
# jitlink-check: *{8}section_addr(tls-initial-exec.o, $__TLSOFFSET) = 0x40 + 4
main:
	adrp x0, :gottprel:second
load:
	ldr x0, [x0, :gottprel_lo12:second]
# A word for each variable.
# jitlink-check: decode_operand(load_zero, 2) = (section_addr(tls-initial-exec.o, $__TLSOFFSET) + 8)[11:3]
# jitlink-check: *{8}(section_addr(tls-initial-exec.o, $__TLSOFFSET) + 8) = 0x40 + 0x40
	adrp x1, :gottprel:zero
load_zero:
	ldr x1, [x1, :gottprel_lo12:zero]
# The same word once more.
# jitlink-check: decode_operand(load_again, 2) = section_addr(tls-initial-exec.o, $__TLSOFFSET)[11:3]
	adrp x2, :gottprel:second
load_again:
	ldr x2, [x2, :gottprel_lo12:second]
	ret

	.section .tdata,"awT",@progbits
	.globl first, second
	.p2align 2
first:
	.word 4
second:
	.word 5

	.section .tbss,"awT",@nobits
	.globl zero
	.p2align 6
zero:
	.zero 8
