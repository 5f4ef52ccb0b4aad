package uruk.jitlink.graph;

import java.nio.ByteOrder;

/**
 * What is to be known of a {@link Target} without running code.
 *
 * @param name the architecture's name as in triples, for example {@code x86_64}
 * @param elfMachine the ELF header's {@code e_machine}
 * @param elfFormat the ELF format's name in scripts of GNU ld, for example {@code elf64-x86-64}
 * @param pointerSize bytes of a pointer: 4 or 8; also the ELF class
 * @param pointerAlignment how the linker aligns pointers that it makes itself, in bytes
 * @param byteOrder the byte order of data
 * @param edgeKinds the generic edge kinds and the target's
 * @param relocations the ELF relocations
 * @param data the kinds of data that the linker makes itself
 */
public record TargetFacts(
    String name,
    int elfMachine,
    String elfFormat,
    int pointerSize,
    int pointerAlignment,
    ByteOrder byteOrder,
    EdgeKindTable edgeKinds,
    RelocationNumbers relocations,
    DataKinds data) {

  /**
   * Kinds of edges in tables that the linker makes, of pointers and of unwind information.
   *
   * @param pointer a pointer-sized address
   * @param delta32 the 32-bit distance from the fix-up to the target
   * @param delta64 the pointer-sized distance from the fix-up to the target
   * @param negativeDelta32 the 32-bit distance from the target back to the fix-up
   */
  public record DataKinds(
      EdgeKind pointer, EdgeKind delta32, EdgeKind delta64, EdgeKind negativeDelta32) {}
}
