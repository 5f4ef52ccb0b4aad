# R_386_32, 16 and 8: addresses, with the addends in the fields.
# triple: i386-linux-gnu
# abs: ext=0xdeadbeef
# abs: small=0x8010
# abs: tiny=0xf0
	.text
	.globl main
main:
# jitlink-check: decode_operand(main, 0) = ext
	movl ext, %eax
immediate:
# jitlink-check: decode_operand(immediate, 1) = ext + 4
	movl $ext + 4, %ecx
memory:
# jitlink-check: decode_operand(memory, 4) = data - 8
	movl data - 8, %ecx
	retl

	.data
	.globl data
# jitlink-check: *{4}data = main
# jitlink-check: *{4}(data + 4) = main - 4
# jitlink-check: *{2}(data + 8) = small
# jitlink-check: *{2}(data + 10) = small + 2
# jitlink-check: *{1}(data + 12) = tiny
# jitlink-check: *{1}(data + 13) = tiny + 15
# jitlink-check: *{2}(data + 14) = small - 2
# jitlink-check: *{1}(data + 16) = tiny - 2
data:
	.long main
	.long main - 4
	.short small
	.short small + 2
	.byte tiny
	.byte tiny + 15
	.short small - 2
	.byte tiny - 2
