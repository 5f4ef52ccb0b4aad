# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: odd=0x10000ff1
# error: 0x10000000 improper alignment for relocation PageOffset12: 0xff1 is not aligned to 4 bytes
	.text
	.globl main
main:
	ldr w1, [x0, :lo12:odd]
