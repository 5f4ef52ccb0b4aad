# R_386_PC32, PC16 and PC8: distances, which wrap around at 32 bits.
# triple: i386-linux-gnu
# slab: 0xfff00000
# abs: low=0x08048000
# abs: near=0xfff00040
	.text
	.globl main
main:
# jitlink-check: decode_operand(main, 0)[31:0] = (low - next_pc(main))[31:0]
	calll low
jump:
# jitlink-check: decode_operand(jump, 0) = near - next_pc(jump)
	jmp near
condition:
# jitlink-check: decode_operand(condition, 0) = data - next_pc(condition)
	jne data
	retl

	.data
	.globl data
# jitlink-check: *{4}data = (main - data)[31:0]
# jitlink-check: *{4}(data + 4) = (low - (data + 4))[31:0]
# jitlink-check: *{2}(data + 8) = (main - (data + 8))[15:0]
# jitlink-check: *{1}(data + 10) = ((data + 10) - (data + 10))[7:0]
data:
	.long main - .
	.long low - .
	.short main - .
	.byte data + 10 - .
	.byte 0
