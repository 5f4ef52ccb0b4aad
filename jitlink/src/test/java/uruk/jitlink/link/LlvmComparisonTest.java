package uruk.jitlink.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Objects of real programs, linked here and by llvm-jitlink at the same address with null for every
 * external symbol, have the same bytes. Our bytes become a file of {@code jitlink-check:} rules,
 * one for each word, which llvm-jitlink checks against its own.
 */
class LlvmComparisonTest {
  private static final long SLAB_SIZE = 64 << 20;
  private static final int WORD = 4;

  /** Bytes before an operand that a relaxation may rewrite together with it. */
  private static final int INSTRUCTION_HEAD = 3;

  private static final Pattern DIFFERENCE =
      Pattern.compile(
          "Expression '\\*\\{(\\d)\\}\\(section_addr\\([^,]*, ([^)]*)\\) \\+ (\\d+)\\) = (\\w+)'"
              + " is false: (\\w+) != ");

  /**
   * Where the two linkers may differ, and why. Externals are null and the slab is where null is out
   * of a branch's reach on AArch64, in reach of a displacement elsewhere.
   */
  enum Machine {
    X86_64(
        "x86_64-linux-gnu",
        0x10000000L,
        Map.of("Pointer32Signed", "LLVM relaxes mov, call and jmp; we test and arithmetic as well"),
        "/usr/include/x86_64-linux-gnu"),
    I386(
        "i686-linux-gnu",
        0x10000000L,
        Map.of(
            "Delta32FromGOT", "LLVM orders table entries by the hash of their block",
            "Delta32", "LLVM leaves a table without entries at 0; we place one"),
        "/usr/include/x86_64-linux-gnu"),
    AARCH64(
        "aarch64-linux-gnu",
        0x7f_0000_0000L,
        Map.of(
            "Branch26PCRel", "LLVM orders stubs by the hash of their block",
            "Page21", "we do without the table entry where the target is in reach; LLVM does not",
            "PageOffset12", "likewise, and LLVM orders table entries by the hash of their block"),
        "/usr/aarch64-linux-gnu/include");

    private final String triple;
    private final long slabAddress;
    private final Map<String, String> reviewedDifferences;
    private final String headers;

    Machine(
        String triple, long slabAddress, Map<String, String> reviewedDifferences, String headers) {
      this.triple = triple;
      this.slabAddress = slabAddress;
      this.reviewedDifferences = reviewedDifferences;
      this.headers = headers;
    }
  }

  @TempDir Path directory;

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("zlibSubset")
  void zlibIsLinkedAsLlvmLinksIt(Machine machine, String source) throws Exception {
    compare(machine, script("debian-source", "zlib").resolve(source));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("lua")
  @Tag("long")
  void luaIsLinkedAsLlvmLinksIt(Machine machine, String source) throws Exception {
    compare(machine, script("debian-source", "lua5.4").resolve("src").resolve(source));
  }

  @ParameterizedTest
  @MethodSource("machines")
  @Tag("long")
  void sqliteIsLinkedAsLlvmLinksIt(Machine machine) throws Exception {
    compare(machine, script("sqlite-amalgamation").resolve("sqlite3.c"));
  }

  static Stream<Machine> machines() {
    return Stream.of(Machine.values());
  }

  static Stream<Arguments> zlibSubset() {
    return onAllMachines("deflate.c", "inflate.c", "crc32.c", "trees.c");
  }

  static Stream<Arguments> lua() {
    return onAllMachines("lstrlib.c");
  }

  private static Stream<Arguments> onAllMachines(String... sources) {
    return machines()
        .flatMap(machine -> Stream.of(sources).map(source -> Arguments.of(machine, source)));
  }

  private void compare(Machine machine, Path source) throws Exception {
    Path object = compile(machine, source);
    Map<Place, Word> words = new TreeMap<>();
    List<String> entries = new ArrayList<>();
    SlabLink.link(
        ObjectFile.of(object.getFileName().toString(), Files.readAllBytes(object)).linkGraph(),
        machine.slabAddress,
        SLAB_SIZE,
        Map.of(),
        graph -> {
          collect(graph, words);
          entries.add(entry(graph));
        });
    assertThat(words).isNotEmpty();

    String output = llvmJitlink(machine, object, entries.getFirst(), rules(object, words));

    List<String> unreviewed = new ArrayList<>();
    int differences = 0;
    for (Matcher found = DIFFERENCE.matcher(output); found.find(); differences++) {
      Place place = new Place(found.group(2), Long.parseLong(found.group(3)));
      List<String> kinds = words.get(place).kinds;
      if (kinds.stream().noneMatch(machine.reviewedDifferences::containsKey)) {
        unreviewed.add("%s: %s where LLVM has %s".formatted(place, kinds, found.group(5)));
      }
    }
    assertThat(unreviewed).as(output.lines().limit(5).collect(Collectors.joining("\n"))).isEmpty();
    if (differences == 0) {
      assertThat(output).doesNotContain("error");
    }
  }

  private record Place(String section, long offset) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int bySection = section.compareTo(other.section);
      return bySection != 0 ? bySection : Long.compare(offset, other.offset);
    }
  }

  /** Some bytes, and the kinds of the edges that may have written them. */
  private record Word(int size, long value, List<String> kinds) {}

  private static void collect(LinkGraph graph, Map<Place, Word> words) {
    for (Section section : graph.sections()) {
      if (section.memLifetime() == MemLifetime.STANDARD && !section.name().startsWith("$__")) {
        long begin =
            section.blocks().stream().mapToLong(Block::address).min().orElse(Long.MAX_VALUE);
        for (Block block : section.blocks()) {
          if (!block.zeroFill()) {
            collect(section.name(), block, block.address() - begin, words);
          }
        }
      }
    }
  }

  private static void collect(String section, Block block, long begin, Map<Place, Word> words) {
    List<List<String>> kinds = kindsByWord(block);
    byte[] bytes = block.contentCopy();
    int size;
    for (int at = 0; at < bytes.length; at += size) {
      size = bytes.length - at < WORD ? 1 : WORD; // LLVM reads 1, 2, 4 or 8 bytes
      long value = 0;
      for (int i = size - 1; i >= 0; i--) {
        value = value << Byte.SIZE | Byte.toUnsignedLong(bytes[at + i]);
      }
      words.put(new Place(section, begin + at), new Word(size, value, kinds.get(at / WORD)));
    }
  }

  private static List<List<String>> kindsByWord(Block block) {
    List<List<String>> kinds = new ArrayList<>();
    for (long at = 0; at < block.size(); at += WORD) {
      kinds.add(new ArrayList<>(1));
    }
    for (Edge edge : block.edges().asList()) {
      int first = Math.max(0, edge.offset() - INSTRUCTION_HEAD) / WORD;
      int last = (edge.offset() + Math.max(1, edge.kind().field().size()) - 1) / WORD;
      for (int word = first; word <= last; word++) {
        kinds.get(word).add(edge.kind().llvmName());
      }
    }
    return kinds;
  }

  private static String entry(LinkGraph graph) {
    for (Section section : graph.sections()) {
      for (Symbol symbol : section.symbols()) {
        if (symbol.hasName() && symbol.callable() && symbol.scope() != Scope.LOCAL) {
          return symbol.name();
        }
      }
    }
    throw new AssertionError("no function is global");
  }

  private static String rules(Path object, Map<Place, Word> words) {
    StringBuilder rules = new StringBuilder();
    words.forEach((place, word) ->
        rules.append(
            "# jitlink-check: *{%d}(section_addr(%s, %s) + %d) = 0x%x\n"
                .formatted(
                    word.size, object.getFileName(), place.section, place.offset, word.value)));
    return rules.toString();
  }

  private Path compile(Machine machine, Path source) throws Exception {
    Path object = directory.resolve(source.getFileName().toString().replace(".c", ".o"));
    String output =
        output(
            "clang-22",
            "--target=" + machine.triple,
            "-isystem",
            machine.headers,
            "-w",
            "-O2",
            "-fPIC",
            // LLVM strips .eh_frame on i386, where it does not read it: sections would lie
            // elsewhere.
            machine == Machine.I386
                ? "-fno-asynchronous-unwind-tables"
                : "-fasynchronous-unwind-tables",
            "-c",
            source.toString(),
            "-o",
            object.toString());
    assertThat(object).as(output).exists();
    return object;
  }

  private String llvmJitlink(Machine machine, Path object, String entry, String rules)
      throws Exception {
    return output(
        "llvm-jitlink-22",
        "-noexec",
        "-phony-externals",
        "-no-process-syms",
        "-entry",
        entry,
        "-slab-allocate",
        (SLAB_SIZE >> 20) + "Mb",
        "-slab-address",
        "0x" + Long.toHexString(machine.slabAddress),
        "-slab-page-size",
        "4096",
        "-check",
        Files.writeString(directory.resolve("rules"), rules).toString(),
        object.toString());
  }

  private static Path script(String name, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("../scripts/" + name));
    command.addAll(List.of(arguments));
    return Path.of(output(command.toArray(String[]::new)).strip().lines().toList().getLast());
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream printed = process.getInputStream()) {
      String output = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    }
  }
}
