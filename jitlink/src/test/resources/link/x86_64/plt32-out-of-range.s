# The target is defined here, so that no stub can lead there.
# triple: x86_64-linux-gnu
# error: relocation target "main" at address 0x101000 (main) is out of range of BranchPCRel32 fixup
	.data
data:
	.reloc ., R_X86_64_PLT32, main + 0x7ffff000
	.quad 0
	.text
	.globl main
main:
	movq data(%rip), %rax
