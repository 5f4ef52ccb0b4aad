# R_X86_64_64, 32, 32S, 16 and 8: addresses in data, and as operands.
# triple: x86_64-linux-gnu
# abs: far=0x123456789abcdef0
# abs: low=0xdeadbee0
# abs: high=0xffffffff80000010
# abs: small=0x8010
# abs: tiny=0xf0
	.text
	.globl main
main:
# jitlink-check: decode_operand(main, 1) = far
	movabsq $far, %rax
signed:
# jitlink-check: decode_operand(signed, 1) = high
	movq $high, %rcx
	retq

	.data
	.globl data
# jitlink-check: *{8}data = far + 0x10
# jitlink-check: *{8}(data + 8) = main
# jitlink-check: *{4}(data + 16) = low
# jitlink-check: *{4}(data + 20) = high[31:0]
# jitlink-check: *{2}(data + 24) = small
# jitlink-check: *{1}(data + 26) = tiny
# jitlink-check: *{1}(data + 27) = 0x55
data:
	.quad far + 0x10
	.quad main
	.long low
	.reloc ., R_X86_64_32S, high
	.long 0
	.short small
	.byte tiny
	.byte 0x55
	.reloc data + 27, R_X86_64_NONE, far
