# R_X86_64_PC32, PC16, PC8 and PLT32: both ends of their ranges.
# triple: x86_64-linux-gnu
# abs: ahead32=0x80100fff
# abs: back32=0xffffffff80101004
# abs: ahead16=0x109007
# abs: back16=0xf900a
# abs: ahead8=0x10108b
# abs: back8=0x100f8d
# abs: ahead=0x80101011
# abs: back=0xffffffff80101016
	.data
	.globl data
# jitlink-check: *{4}data = 0x7fffffff
# jitlink-check: *{4}(data + 4) = 0x80000000
# jitlink-check: *{2}(data + 8) = 0x7fff
# jitlink-check: *{2}(data + 10) = 0x8000
# jitlink-check: *{1}(data + 12) = 0x7f
# jitlink-check: *{1}(data + 13) = 0x80
# jitlink-check: *{4}(data + 14) = 0x7fffffff
# jitlink-check: *{4}(data + 18) = 0x80000000
data:
	.long ahead32 - .
	.long back32 - .
	.short ahead16 + 0 - .
	.short back16 - .
	.byte ahead8 - .
	.byte back8 - .
	.reloc ., R_X86_64_PLT32, ahead - 4
	.long 0
	.reloc ., R_X86_64_PLT32, back - 4
	.long 0
