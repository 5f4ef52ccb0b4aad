/**
 * x86-64 in 64-bit mode. This package is the one to copy for a new target: the edge kinds and the
 * relocations are tables ({@link uruk.jitlink.x86_64.X86_64EdgeKind}, {@link
 * uruk.jitlink.x86_64.X86_64Relocation}); code is needed only for the global offset table, the
 * stubs, and doing without them.
 *
 * <p>What to know of the machine: PC-relative operands count from the end of the instruction, which
 * for nearly all is four bytes after the beginning of the operand; the compilers' addends contain
 * that −4, LLVM's {@code PCRel32} kinds do not. Calls and jumps reach ±2 GiB. Code for the medium
 * and large models measures 64-bit distances from {@code _GLOBAL_OFFSET_TABLE_}.
 *
 * <p>Source: System V Application Binary Interface, AMD64 Architecture Processor Supplement,
 * sections 4.4 (relocation) and B.2 (optimizing GOTPCRELX).
 */
package uruk.jitlink.x86_64;
