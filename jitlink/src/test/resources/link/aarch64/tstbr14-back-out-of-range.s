# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: big=0xfff7ffc
# error: relocation target "big" at address 0xfff7ffc (big) is out of range of TestAndBranch14PCRel fixup
	.text
	.globl main
main:
	tbz w1, #1, big
