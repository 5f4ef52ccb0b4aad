# R_386_32, 16, 8, PC32, PC16 and PC8: both ends of their ranges, addends in the fields.
# triple: i386-linux-gnu
# abs: top=0xffffffff
# abs: none=0x0
# abs: max16=0xffff
# abs: max8=0xff
# abs: ahead16=0x108007
# abs: back16=0xf8006
# abs: ahead8=0x10008b
# abs: back8=0xfff8c
# abs: far=0xffffffff
	.data
	.globl data
# jitlink-check: *{4}data = top
# jitlink-check: *{4}(data + 4) = 0
# jitlink-check: *{2}(data + 8) = 0x7fff
# jitlink-check: *{2}(data + 10) = 0x8000
# jitlink-check: *{1}(data + 12) = 0x7f
# jitlink-check: *{1}(data + 13) = 0x80
# jitlink-check: *{2}(data + 14) = 0xffff
# jitlink-check: *{2}(data + 16) = 0
# jitlink-check: *{1}(data + 18) = 0xff
# jitlink-check: *{1}(data + 19) = 0
# jitlink-check: *{4}(data + 20) = (far - (data + 20))[31:0]
data:
	.long top
	.long none
	.short ahead16 + 0 - .
	.short back16 + 4 - .
	.byte ahead8 - .
	.byte back8 + 1 - .
	.short max16
	.short none
	.byte max8
	.byte none
	.long far - .
