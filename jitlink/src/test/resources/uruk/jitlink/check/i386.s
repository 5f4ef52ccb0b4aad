# Every shape of the decoder's table in 32-bit mode; compared operand by operand with llvm-mc.
start:
.irp r, eax, ecx, ebp, edi
	movl %\r, 8(%\r)
	movl -8(%\r,%ebp,8), %\r
	movl 0x12345678(%\r), %edx
	movl start, %\r
	movl %\r, 0x1234
	leal 0x9abcdef0(%\r), %\r
	leal (%\r,%eax,2), %\r
	addl $1, %\r
	addl $0x12345678, %\r
	addl 0x1234, %\r
	subl %\r, 0x1234
	andl $-16, %\r
	cmpl $5, 8(%\r)
	cmpl $500, 0x1234
	testl %\r, %\r
	movl $-1, %\r
	movl $0x12345678, %\r
	movl $0x12345678, 16(%\r)
	movl $0x80000000, 0x1234
	pushl %\r
	popl %\r
	incl %\r
	decl %\r
	calll *%\r
	calll *8(%\r)
	calll *0x1234(%\r)
	jmpl *%\r
	jmpl *0x1234(,%\r,4)
	imull $300, (%\r), %ecx
	shll $5, %\r
	movzbl (%\r), %eax
	xchgl %\r, %ebx
	cmovel (%\r), %eax
	movb $1, (%\r)
.endr
	movl 0x12345678, %eax
	movb 0x80000000, %al
	movl %eax, 0x12345678
	movw %ax, 0x12345678
	movw $0x1234, 0x5678
	addl $0x12345, %eax
	cmpb $5, %al
	pushl $1
	pushl $0x12345
	pushl 0x1234
	retl
	retl $4
	leave
	int3
	nop
	nopl (%eax)
	endbr32
	calll start
	.byte 0x67, 0xe8, 1, 2, 3, 4
	.byte 0xe8, 0, 0, 0, 0x80
	jmp start
	jne start
	jne far
	movl %gs:0, %eax
	movl %gs:0x1234, %ecx
	movss 0x1234, %xmm1
	addsd 0x1234(%ebx), %xmm1
	movaps %xmm1, 8(%esp)
	.skip 200, 0x90
far:
	retl
