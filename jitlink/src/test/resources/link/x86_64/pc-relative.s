# R_X86_64_PC64, PC32, PC16 and PC8: distances from the fix-up; backwards and forwards.
# triple: x86_64-linux-gnu
# abs: far=0x123456789abcdef0
# abs: near=0x108000
# abs: close=0x100070
	.text
	.globl main
main:
# jitlink-check: decode_operand(main, 4) = data - next_pc(main)
	leaq data(%rip), %rax
compare:
# jitlink-check: decode_operand(compare, 3) = data + 4 - next_pc(compare)
	cmpl $7, data + 4(%rip)
	retq

	.data
	.globl data
# jitlink-check: *{8}data = far - data
# jitlink-check: *{4}(data + 8) = (near - (data + 8))[31:0]
# jitlink-check: *{2}(data + 12) = (near - (data + 12))[15:0]
# jitlink-check: *{1}(data + 14) = (close - (data + 14))[7:0]
# jitlink-check: *{4}(data + 16) = (main - (data + 16))[31:0]
data:
	.reloc data, R_X86_64_PC64, far
	.quad 0
	.reloc data + 8, R_X86_64_PC32, near
	.long 0
	.reloc data + 12, R_X86_64_PC16, near
	.short 0
	.reloc data + 14, R_X86_64_PC8, close
	.byte 0
	.byte 0
	.long main - .
