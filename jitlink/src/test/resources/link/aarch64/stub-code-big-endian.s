# adrp x16, entry; ldr x16, [x16, :lo12:entry]; br x16. Instructions stay little-endian.
# triple: aarch64_be-linux-gnu
# slab: 0x10000000
# abs: far=0xdeadbeef00000000
	.text
	.globl main
# jitlink-check: stub_addr(stub-code-big-endian.o, far) = main + 8
# jitlink-check: got_addr(stub-code-big-endian.o, far) = main + 0x18
# jitlink-check: *{4}(main + 8) = 0x10000090
# jitlink-check: *{4}(main + 12) = 0x100e40f9
# jitlink-check: *{4}(main + 16) = 0x00021fd6
main:
	bl far
	ret
