# R_X86_64_PLT32 to a function out of reach: through a stub that loads the address from the table.
# triple: x86_64-linux-gnu
# abs: far=0x123456789abcdef0
	.text
	.globl main
main:
# jitlink-check: decode_operand(main, 0) = stub_addr(branch-stub.o, far) - next_pc(main)
# jitlink-check: *{8}(got_addr(branch-stub.o, far)) = far
# jitlink-check: *{2}(stub_addr(branch-stub.o, far)) = 0x25ff
# jitlink-check: *{4}(stub_addr(branch-stub.o, far) + 2) = (got_addr(branch-stub.o, far) - (stub_addr(branch-stub.o, far) + 6))[31:0]
	callq far@PLT
	retq
