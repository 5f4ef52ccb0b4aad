package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.LinkException;
import uruk.jitlink.LinkFailedException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.elf.ElfListing.SectionEntry;
import uruk.jitlink.elf.ElfObject;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.Compiler;
import uruk.materialization.LinkedObject;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.ProcessSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.JITDylib;
import uruk.orc.OrcException;
import uruk.orc.ResourceTracker;

/** Stack traces, debuggers and profilers are told of every object that can be linked. */
@Timeout(120)
final class ObserversOfOddObjectsTest {
  private final List<Throwable> errors = new ArrayList<>();

  @AutoClose
  private final ExecutionSession session =
      ExecutionSession.builder().errorReporter(errors::add).build();

  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");
  @TempDir private Path folder;

  /** {@return where the object's only function is, which has no other code} */
  private long link(ObjectFile file) {
    LinkedObject object = layer.add(main.defaultResourceTracker(), file);
    session.lookup(main, "f");
    return object.segments().stream()
        .filter(segment -> segment.memProt() == MemProt.READ_EXEC)
        .findFirst()
        .orElseThrow()
        .address();
  }

  /** The code can be linked; its debug information cannot be read at all. */
  @Test
  void damagedDebugInformationCostsTheLineOnly() {
    byte[] object = Compiler.bytes("gcc", "damaged.c", "int f(void) { return 1; }", "-g", "-gz");
    for (SectionEntry section : sections(object)) {
      if (section.name().startsWith(".debug_")) {
        ByteBuffer.wrap(object).putLong((int) section.offset() + 32, -1);
      }
    }
    Symbolizer symbolizer = new Symbolizer();
    layer.keepFiles();
    layer.addPlugin(symbolizer);

    NativeFrame frame = symbolizer.frame(link(ObjectFile.of("damaged.o", object)), false);

    assertThat(frame.function()).isEqualTo("f");
    assertThat(frame.object()).isEqualTo("damaged.o");
    assertThat(frame.source()).isNull();
  }

  @Test
  void debugSectionsWithoutBytesAreNone() {
    byte[] object = Compiler.bytes("gcc", "empty.c", "int f(void) { return 1; }", "-g");
    ByteBuffer bytes = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    int table = (int) bytes.getLong(0x28);
    List<SectionEntry> sections = sections(object);
    for (int i = 0; i < sections.size(); i++) {
      if (sections.get(i).name().startsWith(".debug_")) {
        bytes.putInt(table + i * 64 + 4, 8); // SHT_NOBITS
        bytes.putLong(table + i * 64 + 32, 1L << 40);
      } else if (sections.get(i).name().startsWith(".rela.debug_")) {
        bytes.putInt(table + i * 64 + 4, 0); // SHT_NULL
      }
    }
    Symbolizer symbolizer = new Symbolizer();
    layer.addPlugin(symbolizer);
    GdbPlugin.addTo(layer);

    NativeFrame frame = symbolizer.frame(link(ObjectFile.of("empty.o", object)), false);

    assertThat(frame.function()).isEqualTo("f");
    assertThat(frame.source()).isNull();
    assertThat(errors).isEmpty();
  }

  @Test
  void alignmentsCannotMakeDebugSectionsLarge() {
    String source = ".globl f\nf: ret\n";
    for (int i = 0; i < 3; i++) {
      source += ".section .debug_odd,\"\",@progbits,unique,%d\n.quad f\n".formatted(i);
    }
    byte[] object = Compiler.bytes("gcc", "aligned.s", source);
    ByteBuffer bytes = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    int table = (int) bytes.getLong(0x28);
    List<SectionEntry> sections = sections(object);
    for (int i = 0; i < sections.size(); i++) {
      if (sections.get(i).name().equals(".debug_odd")) {
        bytes.putLong(table + i * 64 + 48, 1 << 30);
      }
    }
    GdbPlugin.addTo(layer);

    link(ObjectFile.of("aligned.o", object));

    assertThat(errors).isEmpty();
  }

  private static List<SectionEntry> sections(byte[] object) {
    return ElfObject.of("object.o", ByteBuffer.wrap(object), Targets.standard())
        .listing()
        .sections();
  }

  /** What can be linked at all can be looked at, and what cannot is refused with our own errors. */
  @Test
  void mutatedObjectsHarmNoObserver() {
    byte[] object =
        Compiler.bytes(
            "gcc",
            "victim.c",
            """
            static __thread int local = 4;
            __thread char large[100];
            static int implementation(int n) { return n + 1; }
            static int (*resolve(void))(int) { return implementation; }
            int indirect(int) __attribute__((ifunc("resolve")));
            const char *const names[] = {"a", "bb", "ccc"};
            static int counter = 3;
            int f(int n) { return indirect(n) + names[n & 1][0] + counter++ + local++ + large[n]; }
            """,
            "-g",
            "-gz");
    Symbolizer symbolizer = new Symbolizer();
    layer.keepFiles();
    layer.addPlugin(symbolizer);
    layer.addPlugin(new ThreadLocalPlugin());
    layer.addPlugin(new IndirectFunctionPlugin());
    GdbPlugin.addTo(layer);
    JITDylib process = session.createJITDylib("process");
    process.addGenerator(ProcessSymbols.all());
    main.addToLinkOrder(process);
    int linkedObjects = 0;
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] victim = object.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        mutate(victim, random, object);
      }
      ResourceTracker tracker = main.createResourceTracker();
      try {
        LinkedObject linked = layer.add(tracker, ObjectFile.of("victim.o", victim));
        session.lookup(main, "f");
        linkedObjects++;
        for (SegmentRange segment : linked.segments()) {
          symbolizer.frame(segment.address() + segment.size() / 2, true);
        }
      } catch (LinkException | OrcException refused) {
        errors.add(refused);
      } finally {
        tracker.remove();
      }
      assertThat(errors).as("seed " + seed).allSatisfy(ObserversOfOddObjectsTest::isOurs);
      errors.clear();
    }
    assertThat(linkedObjects).isBetween(50, 299);
  }

  /** A byte of the file, or a field of a section header with a number that such fields have. */
  private static void mutate(byte[] victim, SplittableRandom random, byte[] original) {
    long[] numbers = {0, 1, 2, 3, 6, 8, 16, -1, 0x400, 0x800, 1 << 21, 1L << 62, Long.MAX_VALUE};
    if (random.nextBoolean()) {
      victim[random.nextInt(victim.length)] = (byte) random.nextInt();
      return;
    }
    ByteBuffer sound = ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) sound.getLong(0x28) + 64 * random.nextInt(sound.getShort(0x3c));
    ByteBuffer bytes = ByteBuffer.wrap(victim).order(ByteOrder.LITTLE_ENDIAN);
    int[] words = {8, 24, 32, 48, 56};
    int[] halves = {4, 40, 44};
    long number = numbers[random.nextInt(numbers.length)];
    if (random.nextInt(3) == 0) {
      bytes.putInt(header + halves[random.nextInt(halves.length)], (int) number);
    } else {
      bytes.putLong(header + words[random.nextInt(words.length)], number);
    }
  }

  private static void isOurs(Throwable failure) {
    assertThat(failure).isInstanceOfAny(LinkException.class, OrcException.class);
    if (failure instanceof FailedToMaterializeException || failure instanceof LinkFailedException) {
      isOurs(failure.getCause());
    }
  }

  /** More sections than an ELF header can say. */
  @Test
  void debuggersReadObjectsOfManySections() throws Exception {
    StringBuilder source = new StringBuilder();
    for (int i = 0; i < 66_000; i++) {
      source.append(".section .text.f%1$d,\"ax\"\n.globl f%1$d\nf%1$d: ret\n".formatted(i));
    }
    ObjectFile file = Compiler.assembly("many", source.toString());
    PlacedBlocks blocks = new PlacedBlocks(_ -> true);
    LinkGraph graph = file.linkGraph();
    blocks.remember(graph);
    long address = 0x10000;
    for (Section section : graph.sections()) {
      for (Block block : section.blocks()) {
        block.setAddress(address);
        address += 16;
      }
    }
    blocks.place(graph);

    Path debugObject =
        Files.write(folder.resolve("many"), DebugObject.create(file, blocks, List.of()));

    List<String> symbols = run("readelf", "--wide", "--symbols", debugObject.toString());
    assertThat(symbols).filteredOn(line -> line.matches(".* f\\d+")).hasSize(66_000);
    assertThat(run("readelf", "--wide", "--sections", debugObject.toString()))
        .filteredOn(line -> line.contains(" .text.f"))
        .hasSize(66_000);
    assertThat(run("gdb", "--batch", "-nx", "-ex", "info address f65999", debugObject.toString()))
        .anyMatch(line -> line.contains("Symbol \"f65999\" is at 0x"));
  }

  private static List<String> run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(lines).noneMatch(line -> line.toLowerCase(Locale.ROOT).contains("error"));
    return lines;
  }

  @Test
  void namesWithControlCharactersAreOneLineForProfilers() throws Exception {
    Path file = folder.resolve("perf.map");
    NativeFunction odd = new NativeFunction("a\n0000000000001000 10 b\t", 0x2000, 16);
    try (PerfMap map = new PerfMap(file)) {
      map.add(odd);
      map.add(new NativeFunction("other", 0x3000, 16));
      assertThat(Files.readAllLines(file))
          .containsExactly(
              "0000000000002000 0000000000000010 a?0000000000001000 10 b?",
              "0000000000003000 0000000000000010 other");
      map.remove(odd);
    }
    assertThat(Files.readAllLines(file))
        .hasSize(2)
        .first()
        .asString()
        .endsWith("2000 10 [removed] a?0000000000001000 10 b?");
  }
}
