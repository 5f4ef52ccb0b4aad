# The target is defined here, so that no stub can lead there.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# error: relocation target "main" at address 0x10001000 (main) is out of range of Delta32 fixup
	.data
data:
	.reloc ., R_AARCH64_PLT32, main + 0x7ffff000
	.word 0
	.text
	.globl main
main:
	adr x0, data
