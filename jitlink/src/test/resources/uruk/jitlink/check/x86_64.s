# Every shape of the decoder's table in 64-bit mode; compared operand by operand with llvm-mc.
start:
.irp r, rax, rcx, rsp, r8, r13, r15
	movq %\r, 8(%\r)
	movq -8(%\r,%rbp,8), %\r
	movq 0x12345678(%\r), %rdx
	movq start(%rip), %\r
	movq %\r, start(%rip)
	leaq start(%rip), %\r
	leaq (%\r,%rax,2), %\r
	addq $1, %\r
	addq $0x12345678, %\r
	addq start(%rip), %\r
	addq %\r, start(%rip)
	addq %rbx, %\r
	subq %\r, %rbx
	andq $-16, %\r
	xorq %\r, %\r
	orq 64(%\r), %rdi
	cmpq %\r, (%rax)
	cmpq (%\r), %rdx
	cmpq $5, 8(%\r)
	cmpq $-5, %\r
	testq %\r, %\r
	testq $0x1000, %\r
	movq $-1, %\r
	movabsq $0x1122334455667788, %\r
	movq $0x7fffffff, 16(%\r)
	pushq %\r
	popq %\r
	callq *%\r
	callq *8(%\r)
	jmpq *%\r
	jmpq *8(%\r,%rax,8)
	imulq %\r, %rax
	imulq $3, %\r, %rcx
	imulq $300, (%\r), %rcx
	shlq $5, %\r
	sarq %\r
	shrq %cl, %\r
	negq %\r
	notq (%\r)
	incq %\r
	decq (%\r)
	mulq %\r
	idivq (%\r)
	cmoveq %\r, %rax
	cmovnsq (%\r), %rax
	movslq (%\r), %rax
	xchgq %\r, %rbx
	xchgq %\r, (%rbx)
.endr
.irp r, eax, esp, r9d, edi
	movl %\r, (%rax)
	movl start(%rip), %\r
	movl $0x12345678, %\r
	movl $-2, %\r
	movl $-1, start(%rip)
	addl $100, %\r
	addl $100000, %\r
	subl $-100, start(%rip)
	adcl %\r, (%rsp)
	sbbl (%rsp), %\r
	cmpl $7, start(%rip)
	cmpl $70000, start(%rip)
	cmpl start(%rip), %\r
	testl %\r, start(%rip)
	testl $1, start(%rip)
	movzbl (%rax), %\r
	movswl (%rax), %\r
	movzwl start(%rip), %\r
	movslq %\r, %rax
	shll $31, %\r
	shrl $200, start(%rip)
	imull start(%rip), %\r
	sarl %cl, (%rax)
	btl %\r, (%rax)
.endr
.irp r, al, bl, sil, r10b
	movb %\r, (%rax)
	movb start(%rip), %\r
	movb $0x7f, %\r
	movb $0xff, %\r
	movb $0xff, start(%rip)
	addb $0x80, %\r
	cmpb $0x80, start(%rip)
	cmpb $1, %\r
	orb %\r, start(%rip)
	testb $4, start(%rip)
	testb %\r, %\r
	sete %\r
	setne start(%rip)
	incb %\r
.endr
	movw $0x1234, start(%rip)
	movw $0x8234, %ax
	addw $0x1234, %cx
	cmpw $-2, start(%rip)
	movw %cx, start(%rip)
	addb $5, %al
	addl $0x12345, %eax
	addq $0x12345, %rax
	cmpl $0x80000000, %eax
	cmpq $-0x80000, %rax
	cmpw $0x1234, %ax
	testl $0x12345, %eax
	testb $0x80, %al
	orl $0x12345, %eax
	xorb $1, %al
	movabsq 0x1122334455667788, %rax
	movabsl 0x1122334455667788, %eax
	movabsb 0x1122334455667788, %al
	movabsq %rax, 0x8122334455667788
	movabsw %ax, 0x1122334455667788
	addr32 movl 0x12345678, %eax
	pushq $1
	pushq $0x12345
	popq (%rax)
	pushq start(%rip)
	retq
	retq $16
	retq $0x8000
	leave
	hlt
	int3
	nop
	nopl (%rax)
	nopw 0x12345(%rax,%rax,1)
	nopl 8(%rax,%rax)
	ud2
	syscall
	cpuid
	cltq
	cqto
	endbr64
	callq start
	addr32 callq start
	.byte 0x66, 0x66, 0x48, 0xe8, 1, 2, 3, 0x84
	.byte 0x66, 0x48, 0x8d, 0x3d, 1, 2, 3, 4
	jmp start
	jmp near
near:
	jne near
	jg start
	js far
	jmp far
	callq far
	.byte 0xe8, 0, 0, 0, 0x80
	.byte 0xe9, 0xff, 0xff, 0xff, 0x7f
	movq %fs:0, %rax
	movq %fs:40, %rcx
	movq %gs:(%rax), %rcx
	addq %fs:0, %rax
	lock incl (%rax)
	lock addl $1, start(%rip)
	movss start(%rip), %xmm1
	movsd start(%rip), %xmm9
	movaps start(%rip), %xmm1
	movups (%rsp), %xmm1
	movdqa start(%rip), %xmm1
	movdqu 8(%rsp), %xmm1
	movss %xmm1, start(%rip)
	movsd %xmm1, 8(%rsp)
	movaps %xmm1, start(%rip)
	movups %xmm1, (%rsp)
	movdqa %xmm1, start(%rip)
	movdqu %xmm12, start(%rip)
	movq %xmm1, start(%rip)
	addsd start(%rip), %xmm1
	mulss start(%rip), %xmm1
	subps start(%rip), %xmm1
	divsd start(%rip), %xmm1
	andps start(%rip), %xmm1
	xorpd start(%rip), %xmm1
	pxor start(%rip), %xmm1
	paddd start(%rip), %xmm1
	pand start(%rip), %xmm1
	por start(%rip), %xmm1
	sqrtps start(%rip), %xmm1
	ucomisd start(%rip), %xmm1
	comiss %xmm2, %xmm1
	.skip 200, 0x90
far:
	retq
