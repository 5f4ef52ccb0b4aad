# R_AARCH64_ABS64, ABS32 and ABS16: addresses and numbers, to both ends of their ranges.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: far=0x123456789abcdef0
# abs: top32=0xffffffff
# abs: low32=0xffffffff80000000
# abs: top16=0xffff
# abs: low16=0xffffffffffff8000
	.text
	.globl main
main:
	ret

	.data
	.globl data
# jitlink-check: *{8}data = main
# jitlink-check: *{8}(data + 8) = far + 16
# jitlink-check: *{4}(data + 16) = main + 4
# jitlink-check: *{4}(data + 20) = top32
# jitlink-check: *{4}(data + 24) = 0x80000000
# jitlink-check: *{2}(data + 28) = top16
# jitlink-check: *{2}(data + 30) = 0x8000
data:
	.xword main
	.xword far + 16
	.word main + 4
	.word top32
	.word low32
	.hword top16
	.hword low16
