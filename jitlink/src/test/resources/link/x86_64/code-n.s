# R_X86_64_CODE_4_GOTPCRELX (APX): a REX2-prefixed load stays a load from the table.
# triple: x86_64-linux-gnu
# abs: near=0x40000000
	.text
	.globl main
main:
# jitlink-check: *{4}(main + 4) = (got_addr(code-n.o, near) - (main + 8))[31:0]
	.byte 0xd5, 0x48, 0x8b, 0x05
	.reloc ., R_X86_64_CODE_4_GOTPCRELX, near - 4
	.long 0
	retq
