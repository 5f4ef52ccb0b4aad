# GOTPCREL stays a load; GOTPCRELX and REX_GOTPCRELX become direct where the target is in reach.
# triple: x86_64-linux-gnu
# abs: far=0x123456789abcdef0
# abs: near=0x40000000
	.text
	.globl main
main:
# jitlink-check: decode_operand(main, 4) = got_addr(got-loads.o, near) - next_pc(main)
	.byte 0x48, 0x8b, 0x05
	.reloc ., R_X86_64_GOTPCREL, near - 4
	.long 0
far_load:
# jitlink-check: decode_operand(far_load, 4) = got_addr(got-loads.o, far) - next_pc(far_load)
# jitlink-check: *{8}(got_addr(got-loads.o, far)) = far
	movq far@GOTPCREL(%rip), %rax
near_load:
# jitlink-check: *{1}(near_load + 1) = 0x8d
# jitlink-check: decode_operand(near_load, 4) = near - next_pc(near_load)
	movq near@GOTPCREL(%rip), %rax
near_load32:
# jitlink-check: *{1}near_load32 = 0x8d
# jitlink-check: decode_operand(near_load32, 4) = near - next_pc(near_load32)
	movl near@GOTPCREL(%rip), %eax
near_call:
# jitlink-check: *{2}near_call = 0xe867
# jitlink-check: decode_operand(near_call, 0) = near - next_pc(near_call)
	callq *near@GOTPCREL(%rip)
far_call:
# jitlink-check: *{2}far_call = 0x15ff
# jitlink-check: decode_operand(far_call, 3) = got_addr(got-loads.o, far) - next_pc(far_call)
	callq *far@GOTPCREL(%rip)
test:
# jitlink-check: *{3}test = 0xc0f748
# jitlink-check: *{4}(test + 3) = near
	testq %rax, near@GOTPCREL(%rip)
add:
# jitlink-check: *{3}add = 0xc18148
# jitlink-check: *{4}(add + 3) = near
	addq near@GOTPCREL(%rip), %rcx
compare_r9:
# jitlink-check: *{3}compare_r9 = 0xf98149
# jitlink-check: *{4}(compare_r9 + 3) = near
	cmpq near@GOTPCREL(%rip), %r9
near_jump:
# jitlink-check: *{1}near_jump = 0xe9
# jitlink-check: decode_operand(near_jump, 0) = near - (near_jump + 5)
# jitlink-check: *{1}(near_jump + 5) = 0x90
	jmpq *near@GOTPCREL(%rip)
