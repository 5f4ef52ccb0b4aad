# triple: x86_64-linux-gnu
# abs: big=0x80100000
# error: relocation target "big" at address 0x80100000 (big) is out of range of Delta32 fixup
	.data
	.globl data
data:
	.reloc ., R_X86_64_PC32, big
	.quad 0
