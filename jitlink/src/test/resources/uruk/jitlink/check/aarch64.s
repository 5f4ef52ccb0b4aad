// Every shape of the decoder's table; compared operand by operand with llvm-mc.
start:
	b start
	bl start
	bl far
	b.eq start
	b.le far
	.irp r, 0, 7, 30
	cbz x\r, start
	cbnz w\r, far
	tbz x\r, #33, far
	tbnz w\r, #3, start
	adr x\r, start
	adr x\r, far
	adrp x\r, #4096
	adrp x\r, #-16384
	ldr x\r, far
	ldr w\r, start
	ldrsw x\r, far
	ldr q\r, far
	ldr d\r, start
	ldr s\r, far
	add x\r, x1, #1
	add x\r, x1, #4095
	add x\r, sp, #0x123, lsl #12
	adds w\r, w1, #7
	sub w\r, w1, #7
	subs x\r, x1, #9
	cmp x\r, #9
	movz x\r, #0xffff
	movz x\r, #0x1234, lsl #48
	movz w\r, #0x1234, lsl #16
	movn x\r, #0x1234, lsl #32
	movn w\r, #1
	movk x\r, #0x8001, lsl #16
	movk w\r, #0x8001
	ldr x\r, [x1, #8]
	ldr x\r, [sp, #32760]
	str x\r, [x1]
	ldr w\r, [x1, #4]
	str w\r, [x1, #16380]
	ldrb w\r, [x1, #1]
	strb w\r, [x1, #4095]
	ldrsb x\r, [x1, #1]
	ldrh w\r, [x1, #2]
	strh w\r, [x1, #8190]
	ldrsh w\r, [x1, #2]
	ldrsw x\r, [x1, #4]
	ldr b\r, [x1, #1]
	ldr h\r, [x1, #2]
	ldr s\r, [x1, #4]
	str d\r, [x1, #8]
	ldr q\r, [x1, #16]
	str q\r, [x1, #65520]
	ldur x\r, [x1, #-8]
	stur w\r, [x1, #255]
	ldurb w\r, [x1, #-256]
	ldr x\r, [x1], #8
	str x\r, [sp, #-16]!
	str w\r, [x2], #-4
	ldp x\r, x1, [sp, #16]
	stp w\r, w1, [sp, #-8]
	ldp q\r, q1, [sp, #32]
	ldp d\r, d1, [sp, #32]
	stp x\r, x1, [sp, #-16]!
	ldp x\r, x1, [sp], #16
	mov x\r, x2
	mov w\r, w2
	and x\r, x1, x2
	eor w\r, w1, w2
	add x\r, x1, x2
	subs w\r, w1, w2
	br x\r
	blr x\r
	ret x\r
	.endr
	mov x0, sp
	prfm pldl1keep, [x0, #8]
	prfm pldl1keep, far
	ret
	nop
	bti c
	svc #0
	brk #1
	.inst 0x94000000
	.inst 0x96000000
	.inst 0x95ffffff
	.inst 0x17ffffff
	.inst 0xf0ffffe0
	.rept 100
	nop
	.endr
far:
	ret
