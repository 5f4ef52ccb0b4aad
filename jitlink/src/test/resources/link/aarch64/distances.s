# R_AARCH64_PREL64, PREL32 and PREL16, to both ends of their ranges.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x100001000
# abs: ahead=0x18000100f
# abs: back=0x80001014
# abs: ahead16=0x100009017
# abs: back16=0xffff901a
	.data
	.globl main
# jitlink-check: *{8}main = ahead - main
# jitlink-check: *{8}(main + 8) = section_addr(distances.o, next_data) - (main + 8)
# jitlink-check: *{4}(main + 16) = 0x7fffffff
# jitlink-check: *{4}(main + 20) = 0x80000000
# jitlink-check: *{2}(main + 24) = 0x7fff
# jitlink-check: *{2}(main + 26) = 0x8000
main:
	.xword ahead - .
	.xword next - .
	.word ahead - .
	.word back - .
	.hword ahead16 - .
	.hword back16 - .

	.section next_data,"aw",@progbits
next:
	.xword 0
