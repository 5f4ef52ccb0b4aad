package uruk.jitlink.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.aarch64.AArch64Relocation;
import uruk.jitlink.elf.ElfListing.RelocationEntry;
import uruk.jitlink.elf.ElfListing.SectionEntry;
import uruk.jitlink.elf.ElfObject;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Field.Range;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.i386.I386Relocation;
import uruk.jitlink.x86_64.X86_64EdgeKind;
import uruk.jitlink.x86_64.X86_64Relocation;

/**
 * Each line of the relocation tables is shown: by a fixture with its value, by one with its limit,
 * or by its refusal.
 */
class RelocationCoverageTest {

  enum Machine {
    X86_64("x86_64", "x86_64-linux-gnu", X86_64Relocation.values()),
    I386("i386", "i386-linux-gnu", I386Relocation.values()),
    AARCH64("aarch64", "aarch64-linux-gnu", AArch64Relocation.values()),
    AARCH64_BE("aarch64", "aarch64_be-linux-gnu", AArch64Relocation.values());

    private final String folder;
    private final String triple;
    private final Relocation[] relocations;

    Machine(String folder, String triple, Relocation[] relocations) {
      this.folder = folder;
      this.triple = triple;
      this.relocations = relocations;
    }

    private Stream<Relocation> linked() {
      return Stream.of(relocations)
          .filter(relocation -> relocation.edgeKind() != null && !threadLocal(relocation));
    }

    /** Those of x86-64 need a platform, and are shown where it is. */
    private static boolean threadLocal(Relocation relocation) {
      return relocation.edgeKind() instanceof X86_64EdgeKind kind && kind.threadLocal();
    }
  }

  /** llvm-mc has no names for them; a test below puts their numbers into objects. */
  private static final Set<Relocation> WITHOUT_NAME =
      Set.of(
          I386Relocation.R_386_SIZE32,
          X86_64Relocation.R_X86_64_CODE_5_GOTPCRELX,
          X86_64Relocation.R_X86_64_CODE_6_GOTPCRELX);

  private static final long SLAB = 0x10000;
  private static final int SYMBOL_SIZE = 8;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void valueOfEachLinkedRelocationIsInAFixture(Machine machine) throws Exception {
    assertThat(inFixtures(machine, false))
        .containsAll(
            machine
                .linked()
                .filter(relocation -> !WITHOUT_NAME.contains(relocation))
                .map(Relocation::name)
                .toList());
  }

  @ParameterizedTest
  @EnumSource
  void limitOfEachLinkedRelocationIsInAFixture(Machine machine) throws Exception {
    assertThat(inFixtures(machine, true))
        .containsAll(
            machine
                .linked()
                .filter(RelocationCoverageTest::hasLimit)
                .map(Relocation::name)
                .toList());
  }

  /**
   * Eight bytes hold everything and page offsets are below 4096. What asks for a table entry has
   * its limit at the size of the graph, and becomes a kind whose limit others show.
   */
  private static boolean hasLimit(Relocation relocation) {
    EdgeKind kind = relocation.edgeKind();
    return kind != null
        && kind.formula() != Formula.NONE
        && kind.formula() != Formula.SIZE
        && kind.field().range() != Range.ANY
        && (kind.formula() != Formula.PAGE_OFFSET || kind.field().alignment() > 1);
  }

  private Set<String> inFixtures(Machine machine, boolean failing) throws Exception {
    Set<String> found = new TreeSet<>();
    for (Path file : LinkFixture.of(machine.folder).toList()) {
      LinkFixture fixture = LinkFixture.read(file);
      if (fixture.fails() == failing && fixture.triples().contains(machine.triple)) {
        elf(fixture.assemble(machine.triple, directory)).listing().relocations().stream()
            .map(RelocationEntry::name)
            .forEach(found::add);
      }
    }
    return found;
  }

  @Test
  void relocationsThatTheAssemblerCannotNameHaveTheirValues() throws Exception {
    assertThat(linkedWord(Machine.I386, I386Relocation.R_386_SIZE32)).isEqualTo(SYMBOL_SIZE);
    int ofFour = linkedWord(Machine.X86_64, X86_64Relocation.R_X86_64_CODE_4_GOTPCRELX);
    assertThat(ofFour).isNotZero();
    for (Relocation longer :
        List.of(
            X86_64Relocation.R_X86_64_CODE_5_GOTPCRELX,
            X86_64Relocation.R_X86_64_CODE_6_GOTPCRELX)) {
      assertThat(linkedWord(Machine.X86_64, longer)).isEqualTo(ofFour);
    }
  }

  private int linkedWord(Machine machine, Relocation relocation) throws Exception {
    byte[] object = withNumber(assembleOneRelocation(machine), relocation.number());
    List<Integer> words = new ArrayList<>();
    SlabLink.link(
        ObjectFile.of("word.o", object).linkGraph(),
        SLAB,
        SLAB,
        Map.of(),
        graph -> words.add(graph.findDefinedSymbol("v").block().contentSlice().getInt(0)));
    return words.getFirst();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotLinkedIsRefusedByNameWithAReason(Machine machine) throws Exception {
    Map<String, String> refused =
        Stream.of(machine.relocations)
            .filter(relocation -> relocation.refusal() != null)
            .collect(Collectors.toMap(Relocation::name, Relocation::refusal));
    assertThat(refused).isNotEmpty();
    byte[] object = assembleOneRelocation(machine);
    for (Relocation relocation : machine.relocations) {
      if (relocation.refusal() != null) {
        byte[] patched = withNumber(object, relocation.number());
        assertThatThrownBy(() -> ObjectFile.of("refused.o", patched).linkGraph())
            .as(relocation.name())
            .isInstanceOf(UnsupportedObjectException.class)
            .hasMessageContaining(relocation.name() + " in")
            .hasMessageContaining(relocation.refusal());
      }
    }
  }

  private byte[] assembleOneRelocation(Machine machine) throws Exception {
    Path source = directory.resolve("refused.s");
    Files.writeString(
        source,
        "# triple: %s\n  .data\n  .globl v\nv: .long v\n  .long 0\n  .size v, %d\n"
            .formatted(machine.triple, SYMBOL_SIZE));
    return LinkFixture.read(source).assemble(machine.triple, directory);
  }

  /** Puts another number into the only relocation: r_info follows r_offset (gABI, "Relocation"). */
  private static byte[] withNumber(byte[] object, int number) {
    SectionEntry table =
        elf(object).listing().sections().stream()
            .filter(section -> section.name().startsWith(".rel"))
            .findFirst()
            .orElseThrow();
    boolean wide = elf(object).listing().header().bits() == Long.SIZE;
    ByteOrder order =
        elf(object).listing().header().littleEndian()
            ? ByteOrder.LITTLE_ENDIAN
            : ByteOrder.BIG_ENDIAN;
    ByteBuffer patched = ByteBuffer.wrap(object.clone()).order(order);
    int at = Math.toIntExact(table.offset()) + (wide ? Long.BYTES : Integer.BYTES);
    if (wide) {
      patched.putLong(at, patched.getLong(at) >>> Integer.SIZE << Integer.SIZE | number);
    } else {
      patched.putInt(at, patched.getInt(at) >>> Byte.SIZE << Byte.SIZE | number);
    }
    return patched.array();
  }

  private static ElfObject elf(byte[] object) {
    return ElfObject.of("fixture.o", ByteBuffer.wrap(object), Targets.standard());
  }
}
