# Another object's variable: its distance from the thread pointer is not known.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# abs: v=0x10
# error: an initial-exec thread-local reference to the variable v of another object
	.text
	.globl main
main:
	adrp x0, :gottprel:v
	ldr x0, [x0, :gottprel_lo12:v]
