# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: big=0x10008000
# error: relocation target "big" at address 0x10008000 (big) is out of range of TestAndBranch14PCRel fixup
	.text
	.globl main
main:
	tbz w1, #1, big
