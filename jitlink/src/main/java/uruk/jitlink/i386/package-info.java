/**
 * i386: 32-bit protected mode of the x86 family.
 *
 * <p>What to know of the machine: addresses have 32 bits and wrap around, so that every branch
 * reaches every address. Relocations keep their addends in the fields that they fix up (REL);
 * PC-relative addends contain the −4 for the end of the operand, and LLVM's edge kinds keep it,
 * other than those of x86-64. Position-independent code holds the address of {@code
 * _GLOBAL_OFFSET_TABLE_} in a register and measures from there.
 *
 * <p>Source: System V Application Binary Interface, Intel386 Architecture Processor Supplement,
 * version 1.1, section 4.4.
 */
package uruk.jitlink.i386;
