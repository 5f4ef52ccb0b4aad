# __start_SECTION and __stop_SECTION: the bounds of a section whose name is a C identifier.
# triple: aarch64-linux-gnu
# triple: aarch64_be-linux-gnu
	.data
	.globl data
	.weak __start_absent
# jitlink-check: *{8}data = section_addr(section-bounds.o, mine)
# jitlink-check: *{8}(data + 8) = section_addr(section-bounds.o, mine) + 12
# jitlink-check: *{8}(data + 16) = 0
data:
	.xword __start_mine, __stop_mine, __start_absent

	.section mine,"aw",%progbits
	.long 1, 2, 3
