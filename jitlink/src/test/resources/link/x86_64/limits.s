# The largest and smallest values that still fit.
# triple: x86_64-linux-gnu
# abs: max32=0xffffffff
# abs: max32s=0x7fffffff
# abs: min32s=0xffffffff80000000
# abs: max16=0xffff
# abs: max8=0xff
	.data
	.globl data
# jitlink-check: *{4}data = max32
# jitlink-check: *{4}(data + 4) = max32s
# jitlink-check: *{4}(data + 8) = 0x80000000
# jitlink-check: *{2}(data + 12) = max16
# jitlink-check: *{1}(data + 14) = max8
data:
	.reloc data, R_X86_64_32, max32
	.long 0
	.reloc data + 4, R_X86_64_32S, max32s
	.long 0
	.reloc data + 8, R_X86_64_32S, min32s
	.long 0
	.reloc data + 12, R_X86_64_16, max16
	.short 0
	.reloc data + 14, R_X86_64_8, max8
	.byte 0
