package uruk.jitlink.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A target machine: the facts and the few lines of code that linking for it needs. This interface
 * is the guide to a port: a port is one package with
 *
 * <ol>
 *   <li>an enum of {@link EdgeKind}s, each one {@link Formula} × {@link Field} and LLVM's name;
 *   <li>an enum of {@link Relocation}s: psABI name and number, edge kind, addend rule;
 *   <li>an implementation of this interface, which also builds the global offset table and the
 *       stubs, and relaxes what turned out not to need them.
 * </ol>
 *
 * <p>Parsing, fixing up, dumping, checking and error texts read these tables; none of them knows a
 * target. An object's target is found by the one registry {@code uruk.jitlink.Targets}; a target
 * from outside of this library is added there. {@code uruk.jitlink.x86_64} is the package to copy.
 *
 * <p>Implementations are immutable and safe for use by many threads.
 */
public interface Target {
  /** Relocation numbers are below this; bounds the tables that a hostile file can ask for. */
  int RELOCATION_NUMBERS = 4096;

  /** {@return the table of this target's facts} */
  TargetFacts facts();

  /** {@return the architecture's name as in triples, for example {@code x86_64}} */
  default String name() {
    return facts().name();
  }

  /** {@return the ELF header's {@code e_machine}} */
  default int elfMachine() {
    return facts().elfMachine();
  }

  /** {@return the ELF format's name in scripts of GNU ld, for example {@code elf64-x86-64}} */
  default String elfFormat() {
    return facts().elfFormat();
  }

  /** {@return bytes of a pointer: 4 or 8; also the ELF class} */
  default int pointerSize() {
    return facts().pointerSize();
  }

  /** {@return the byte order of data} */
  default ByteOrder byteOrder() {
    return facts().byteOrder();
  }

  /** {@return the generic edge kinds and this target's} */
  default EdgeKindTable edgeKinds() {
    return facts().edgeKinds();
  }

  /** {@return the ELF relocation with a number; null if the target does not know it} */
  default @Nullable Relocation elfRelocation(int number) {
    return facts().relocations().find(number);
  }

  /**
   * {@return the ELF relocation that asks for an edge of a kind; of several the one with the lowest
   * number, and null if the kind is one that only the linker makes} A search; for error texts.
   */
  default @Nullable Relocation elfRelocation(EdgeKind kind) {
    for (int number = 0; number < RELOCATION_NUMBERS; number++) {
      Relocation relocation = elfRelocation(number);
      if (relocation != null && kind.equals(relocation.edgeKind())) {
        return relocation;
      }
    }
    return null;
  }

  /**
   * {@return the kind that stores a pointer-sized address} For data that the linker makes itself.
   */
  default EdgeKind pointer() {
    return facts().data().pointer();
  }

  /** {@return the 32-bit distance from the fix-up to the target; for unwind tables} */
  default EdgeKind delta32() {
    return facts().data().delta32();
  }

  /** {@return the pointer-sized distance from the fix-up to the target; for unwind tables} */
  default EdgeKind delta64() {
    return facts().data().delta64();
  }

  /** {@return the 32-bit distance from the target back to the fix-up; for unwind tables} */
  default EdgeKind negativeDelta32() {
    return facts().data().negativeDelta32();
  }

  /**
   * Adds a pointer block and an anonymous symbol for it. The block comes after what an object file
   * brought, whatever its addresses.
   *
   * @param section where the block goes
   * @param initialTarget what the pointer holds; null for a null pointer
   * @return the symbol
   */
  default Symbol createAnonymousPointer(Section section, @Nullable Symbol initialTarget) {
    LinkGraph graph = section.graph();
    TargetFacts facts = facts();
    int size = facts.pointerSize();
    long lastAddress = (-1L >>> (Long.SIZE - Byte.SIZE * size)) & -facts.pointerAlignment();
    Block block =
        graph.createMutableContentBlock(section, size, lastAddress, facts.pointerAlignment(), 0);
    if (initialTarget != null) {
      block.addEdge(facts.data().pointer(), 0, initialTarget, 0);
    }
    return graph.addAnonymousSymbol(block, 0, size, false, false);
  }

  /**
   * Adds a stub that jumps through a pointer and an anonymous symbol for it.
   *
   * @param section where the block goes; must be executable
   * @param pointer the pointer's symbol
   * @return the symbol
   */
  Symbol createPointerJumpStub(Section section, Symbol pointer);

  /**
   * {@return the machine code of an entry, 8 bytes that jump to where a slot points}
   *
   * @param entry the address of the code
   * @param slot the address of the slot, a pointer that is loaded by each call
   */
  byte[] entryCode(long entry, long slot);

  /**
   * Finds the addresses that instructions compute from their own place. Assemblers resolve those of
   * the same section by themselves, so no edge tells of them. May find too many; finds none unless
   * the target knows how.
   *
   * @param code bytes in this machine's order
   * @param address of the first byte
   */
  default void forEachComputedAddress(ByteBuffer code, long address, LongConsumer found) {}

  /** {@return a byte; code that is filled with it traps when it is run. Zeros mostly do} */
  default byte trap() {
    return 0;
  }

  /** {@return whether edges of a kind are operands of calls and jumps to their target} */
  boolean branches(EdgeKind kind);

  /**
   * {@return whether the instruction that an edge belongs to is a call or a jump to its target,
   * whatever the edge's kind} There are assemblers that ask for a plain distance at a call.
   *
   * @param block machine code
   * @param edge the edge's number in the block
   * @param start offset in the block of an instruction at or before the edge, from which on there
   *     are only instructions
   */
  default boolean branches(Block block, int edge, int start) {
    return branches(block.edges().kind(edge));
  }

  /**
   * {@return whether an edge gives its reader exactly the address of its target, or asks for a
   * global offset table entry that does} Such an edge to a function leads to the function's entry.
   * Kinds that {@linkplain #branches(EdgeKind) branch} never do.
   */
  boolean takesAddress(EdgeKind kind, long addend);

  /**
   * Post-prune pass: makes the global offset table entries and stubs that edges ask for and turns
   * these edges to them. A branch to an external symbol goes through a stub of its own only if the
   * symbol may be out of the branch's reach (or missing).
   *
   * @param graph the graph
   * @param mayBeOutOfReach whether an external symbol may end up too far from this graph for a
   *     direct branch
   */
  void buildTables(LinkGraph graph, Predicate<Symbol> mayBeOutOfReach);

  /**
   * Pre-fixup pass, on final addresses: loads from the global offset table become direct references
   * and branches to stubs direct branches where the target is final and in reach.
   */
  void relaxTables(LinkGraph graph);

  /**
   * Makes the instruction that an edge belongs to reach a target at any distance: its address goes
   * into a pointer that is added, and the instruction is led through a thunk if it cannot use the
   * pointer itself. Registers and flags must be what they would be.
   *
   * @param block machine code whose addresses are final
   * @param edge the fix-up whose value does not fit
   * @param start offset in the block of an instruction at or before the edge, from which on there
   *     are only instructions
   * @param thunks a section of code near the block
   * @param pointers a section of constants near the block
   * @return the offset of the instruction, from which on there are only instructions now, too; -1
   *     if it is of a form that has no thunk: nothing has changed then
   */
  default int extendRange(Block block, int edge, int start, Section thunks, Section pointers) {
    return -1;
  }
}
