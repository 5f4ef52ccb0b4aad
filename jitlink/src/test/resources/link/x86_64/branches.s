# R_X86_64_PLT32: calls and jumps go to their target where it is in reach.
# triple: x86_64-linux-gnu
# abs: near=0x40000000
	.text
	.globl main
main:
# jitlink-check: decode_operand(main, 0) = helper - next_pc(main)
	callq helper@PLT
second:
# jitlink-check: decode_operand(second, 0) = near - next_pc(second)
	callq near@PLT
third:
# jitlink-check: decode_operand(third, 0) = main - next_pc(third)
	jmp main@PLT

	.globl helper
	.type helper, @function
helper:
	retq
