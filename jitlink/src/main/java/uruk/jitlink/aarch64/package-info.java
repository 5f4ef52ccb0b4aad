/**
 * AArch64: the 64-bit state of the Arm architecture, with little- and big-endian data.
 *
 * <p>What to know of the machine: every instruction is a little-endian word of four bytes, whatever
 * the order of data is, so an address never fits into one. Code reaches ±128 MiB with a branch, and
 * everything within ±4 GiB with a pair of instructions: {@code adrp} gives the address of a 4 KiB
 * page, and the 12 bits below come with the instruction that follows. That one scales its operand
 * by the size of what it loads, so each size has a relocation, and an edge kind, of its own; LLVM
 * reads the scale from the instruction and calls them all {@code PageOffset12}. Registers x16 and
 * x17 belong to the linker between a call and its callee (AAPCS64, section 6.1.1): stubs use x16.
 *
 * <p>Source: ELF for the Arm 64-bit Architecture (aaelf64), section 5.7.
 */
package uruk.jitlink.aarch64;
