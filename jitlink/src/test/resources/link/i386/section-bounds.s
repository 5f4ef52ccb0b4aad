# __start_SECTION and __stop_SECTION: the bounds of a section whose name is a C identifier.
# triple: i386-linux-gnu
	.data
	.globl data
	.weak __start_absent
# jitlink-check: *{4}data = section_addr(section-bounds.o, mine)
# jitlink-check: *{4}(data + 4) = section_addr(section-bounds.o, mine) + 12
# jitlink-check: *{4}(data + 8) = 0
data:
	.long __start_mine, __stop_mine, __start_absent

	.section mine,"aw",@progbits
	.long 1, 2, 3
