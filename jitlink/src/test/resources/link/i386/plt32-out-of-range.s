# The stub's entry cannot hold the address.
# triple: i386-linux-gnu
# abs: big=0x7fff00000000
# error: relocation target "big" at address 0x7fff00000000 (big) is out of range of Pointer32 fixup
	.text
	.globl main
main:
	calll big@PLT
