# R_386_GOTPC, GOTOFF, GOT32, GOT32X and PLT32.
# triple: i386-linux-gnu
# abs: far=0xdeadbeef
# abs: near=0x200000
	.text
	.globl main
main:
	popl %ebx
origin:
# The addend is the distance of the operand from the label.
# jitlink-check: decode_operand(origin, 2) = (_GLOBAL_OFFSET_TABLE_ - origin)[31:0]
	addl $_GLOBAL_OFFSET_TABLE_, %ebx
load:
# jitlink-check: decode_operand(load, 4) = got_addr(got-and-stubs.o, far) - _GLOBAL_OFFSET_TABLE_
# jitlink-check: *{4}got_addr(got-and-stubs.o, far) = far
	movl far@GOT(%ebx), %eax
load_absolute:
# Without a base register the operand is the entry's address.
# jitlink-check: decode_operand(load_absolute, 4) = got_addr(got-and-stubs.o, far)
	.byte 0x8b, 0x0d # movl far@GOT, %ecx
	.reloc ., R_386_GOT32X, far
	.long 0
load_absolute_unrelaxable:
# Assemblers that are told -mrelax-relocations=no write the older relocation, and mean the same.
# jitlink-check: decode_operand(load_absolute_unrelaxable, 4) = got_addr(got-and-stubs.o, far)
	.byte 0x8b, 0x0d # movl far@GOT, %ecx
	.reloc ., R_386_GOT32, far
	.long 0
offset:
# jitlink-check: decode_operand(offset, 4) = data - _GLOBAL_OFFSET_TABLE_
	leal data@GOTOFF(%ebx), %eax
call_far:
# jitlink-check: decode_operand(call_far, 0) = stub_addr(got-and-stubs.o, far) - next_pc(call_far)
# jitlink-check: *{2}stub_addr(got-and-stubs.o, far) = 0x25ff
# jitlink-check: *{4}(stub_addr(got-and-stubs.o, far) + 2) = got_addr(got-and-stubs.o, far)
	calll far@PLT
call_near:
# In reach of a signed displacement the stub is bypassed.
# jitlink-check: decode_operand(call_near, 0) = near - next_pc(call_near)
	calll near@PLT
	retl

	.data
	.globl data
# jitlink-check: *{4}data = got_addr(got-and-stubs.o, far) - _GLOBAL_OFFSET_TABLE_
# jitlink-check: *{4}(data + 5) = got_addr(got-and-stubs.o, far) - _GLOBAL_OFFSET_TABLE_
data:
	.long far@GOT
# Data is no instruction, whatever it looks like.
	.byte 5
	.long far@GOT
