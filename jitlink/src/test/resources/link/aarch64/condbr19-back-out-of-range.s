# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: big=0xfeffffc
# error: relocation target "big" at address 0xfeffffc (big) is out of range of CondBranch19PCRel fixup
	.text
	.globl main
main:
	cbnz w1, big
