# A missing weak function is 0, which the branch does not reach: it goes through a stub.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x40000000
	.text
	.globl main
	.weak missing
# jitlink-check: decode_operand(main, 0) = (stub_addr(call-missing-weak.o, missing) - main) >> 2
# jitlink-check: *{8}got_addr(call-missing-weak.o, missing) = 0
main:
	bl missing
	ret
