# adrp x16, entry; ldr x16, [x16, :lo12:entry]; br x16.
# triple: aarch64-linux-gnu
# slab: 0x10000000
# abs: far=0xdeadbeef00000000
	.text
	.globl main
# jitlink-check: stub_addr(stub-code.o, far) = main + 8
# jitlink-check: got_addr(stub-code.o, far) = main + 0x18
# jitlink-check: *{4}(main + 8) = 0x90000010
# jitlink-check: *{4}(main + 12) = 0xf9400e10
# jitlink-check: *{4}(main + 16) = 0xd61f0200
main:
	bl far
	ret
