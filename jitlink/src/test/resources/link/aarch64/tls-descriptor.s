# R_AARCH64_TLSDESC_ADR_PAGE21, LD64_LO12, ADD_LO12 and CALL: a resolver and its argument.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: __tlsdesc_resolver=0x77000
	.text
	.globl main
# jitlink-check: decode_operand(main, 1)[20:0] = ((section_addr(tls-descriptor.o, $__TLSDESC) >> 12) - (main >> 12))[20:0]
# jitlink-check: decode_operand(load, 2) = section_addr(tls-descriptor.o, $__TLSDESC)[11:3]
# jitlink-check: decode_operand(add, 2) = section_addr(tls-descriptor.o, $__TLSDESC)[11:0]
# jitlink-check: *{8}section_addr(tls-descriptor.o, $__TLSDESC) = __tlsdesc_resolver
# jitlink-check: *{8}(section_addr(tls-descriptor.o, $__TLSDESC) + 8) = section_addr(tls-descriptor.o, $__TLSINFO)
# jitlink-check: *{8}section_addr(tls-descriptor.o, $__TLSINFO) = 0
# jitlink-check: *{8}(section_addr(tls-descriptor.o, $__TLSINFO) + 8) = variable
main:
	adrp x0, :tlsdesc:variable
load:
	ldr x1, [x0, :tlsdesc_lo12:variable]
add:
	add x0, x0, :tlsdesc_lo12:variable
	.tlsdesccall variable
	blr x1
	ret

	.section .tdata,"awT",@progbits
	.globl variable
variable:
	.word 5
