# R_X86_64_SIZE32 and SIZE64: the size of a symbol, plus the addend.
# triple: x86_64-linux-gnu
	.data
	.globl data
# jitlink-check: *{4}(data + 24) = 24
# jitlink-check: *{8}(data + 28) = 26
data:
	.zero 24
	.size data, 24
	.long data@SIZE
	.reloc ., R_X86_64_SIZE64, data + 2
	.quad 0
