# triple: x86_64-linux-gnu
# error: is out of range of Delta32 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_GOTPC32, _GLOBAL_OFFSET_TABLE_ - 0x80001000
	.quad 0
