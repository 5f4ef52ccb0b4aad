# A missing weak variable is at the thread pointer, as lld has it.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
	.text
	.globl main
	.weak missing
# jitlink-check: *{8}section_addr(tls-initial-exec-missing-weak.o, $__TLSOFFSET) = 0
main:
	adrp x0, :gottprel:missing
	ldr x0, [x0, :gottprel_lo12:missing]
