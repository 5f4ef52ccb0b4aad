# A global offset table entry, a stub, and what is left of both after relaxation.
# triple: x86_64-linux-gnu
# abs: near=0x200000
# abs: far=0x7fff00000000

	.text
	.globl main
main:
# Near: the load becomes lea, the call direct.
# jitlink-check: decode_operand(main, 4) = near - next_pc(main)
	movq near@GOTPCREL(%rip), %rax
call_near:
# jitlink-check: decode_operand(call_near, 0) = near - next_pc(call_near)
	callq near@PLT
# Far: through the table, and through the stub.
load_far:
# jitlink-check: decode_operand(load_far, 4) = got_addr(tables.o, far) - next_pc(load_far)
# jitlink-check: *{8}got_addr(tables.o, far) = far
	movq far@GOTPCREL(%rip), %rax
call_far:
# jitlink-check: decode_operand(call_far, 0) = stub_addr(tables.o, far) - next_pc(call_far)
# jitlink-check: *{2}stub_addr(tables.o, far) = 0x25ff
# jitlink-check: *{4}(stub_addr(tables.o, far) + 2) = \
# jitlink-check:   (got_addr(tables.o, far) - (stub_addr(tables.o, far) + 6))[31:0]
	callq far@PLT
	retq

	.data
	.globl words
# jitlink-check: section_addr(tables.o, .data) = words
# jitlink-check: *{8}words = main + 4
# jitlink-check: *{8}(words + 8) = near
words:
	.quad main + 4
	.quad near

	.bss
	.globl zero
# jitlink-check: *{8}zero = 0
# jitlink-check: *{4}(zero + 12) = 0
zero:
	.skip 16
