package uruk.tools.jitlink;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Sets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.tools.jitlink.Workshop.Outcome;

/**
 * Objects of real libraries, given to llvm-jitlink and to ours at one slab address: sections with
 * their places and sizes, and every edge with its kind, addend and target are the same.
 */
class RealObjectsTest {
  private static final Pattern SECTION =
      Pattern.compile("  Section \"(.+)\": target addr = (0x\\p{XDigit}+), .*?(\\d+) bytes");
  private static final Pattern TABLE_ENTRY =
      Pattern.compile("  (GOT|Stubs) \"(.+)\": target addr = 0x0*(\\p{XDigit}+),");
  private static final Pattern EDGE =
      Pattern.compile(
          "      (0x\\p{XDigit}+) \\(block .*, addend = (\\S+), kind = (\\S+), target = (.+)");
  private static final Pattern ANONYMOUS =
      Pattern.compile("addressable@0x(\\p{XDigit}+)\\+0x(\\p{XDigit}+)");

  /**
   * The one difference that is right: instructions other than mov and call that load from the table
   * (cmp, test, add and so on) get the address as their operand where it fits, which the psABI
   * allows for R_X86_64_REX_GOTPCRELX (System V psABI for AMD64, section B.2) and LLVM leaves out.
   */
  private static final Pattern TABLE_LOAD =
      Pattern.compile("(0x\\p{XDigit}+): PCRel32GOTLoad(?:REX)?Relaxable (\\S+) GOT (.+)");

  /** Where in a stub of x86-64 its edge is. */
  private static final int STUB_OPERAND = 2;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"libz.a", "libsqlite3.a"})
  void graphsAreThoseOfLlvmJitlink(String library) throws Exception {
    Workshop workshop = new Workshop(folder);
    workshop.process(List.of("ar", "x", Path.of("/usr/lib/x86_64-linux-gnu", library).toString()));
    List<Path> objects;
    try (Stream<Path> files = Files.list(folder)) {
      objects = files.filter(RealObjectsTest::definesSomething).sorted().toList();
    }
    assertThat(objects).isNotEmpty();
    for (Path object : objects) {
      List<String> line = line(object);
      Outcome ours = workshop.jitlink(line);
      Outcome theirs = workshop.llvmJitlink(22, line);
      assertThat(theirs.status()).as(theirs.err()).isZero();
      assertThat(ours.status()).as(ours.err()).isZero();
      assertSame(object, facts(ours.out()), facts(theirs.out()));
    }
  }

  private static void assertSame(Path object, Set<String> ours, Set<String> theirs) {
    Set<String> onlyOurs = new TreeSet<>(Sets.difference(ours, theirs));
    Set<String> onlyTheirs = new TreeSet<>(Sets.difference(theirs, ours));
    onlyTheirs.removeIf(fact -> {
      Matcher load = TABLE_LOAD.matcher(fact);
      return load.matches() && onlyOurs.remove(load.replaceFirst("$1: Pointer32Signed $2 $3"));
    });
    assertThat(onlyOurs).as("only in our graph of %s", object).isEmpty();
    assertThat(onlyTheirs).as("only in LLVM's graph of %s", object).isEmpty();
  }

  private static boolean definesSomething(Path file) {
    return file.toString().endsWith(".o")
        && !ObjectFile.read(file).symbols().definitions().isEmpty();
  }

  private static List<String> line(Path object) {
    String entry =
        ObjectFile.read(object).symbols().definitions().stream()
            .map(Definition::name)
            .findFirst()
            .orElseThrow();
    return List.of(
        "-noexec",
        "-phony-externals",
        "-slab-allocate=16Mb",
        "-slab-address=0x10000000",
        "-slab-page-size=4096",
        "-show-graphs=.",
        "-show-addrs",
        "-entry",
        entry,
        object.toString());
  }

  /** Table entries by what they are for: LLVM puts them in the order of a hash table. */
  private static Set<String> facts(String output) {
    Map<Long, String> tables = new HashMap<>();
    TABLE_ENTRY
        .matcher(output)
        .results()
        .forEach(entry ->
            tables.put(Long.parseLong(entry.group(3), 16), entry.group(1) + " " + entry.group(2)));
    Set<String> facts = new TreeSet<>();
    SECTION
        .matcher(output)
        .results()
        .forEach(
            section -> facts.add(section.group().replaceFirst("content: .* \\(", "content: (")));
    EDGE.matcher(output).results().forEach(edge -> facts.add(fact(edge, tables)));
    return facts;
  }

  private static String fact(MatchResult edge, Map<Long, String> tables) {
    String target =
        ANONYMOUS
            .matcher(edge.group(4))
            .replaceAll(place -> {
              long address =
                  Long.parseLong(place.group(1), 16) + Long.parseLong(place.group(2), 16);
              return tables.getOrDefault(address, "0x%x".formatted(address));
            });
    long address = Long.decode(edge.group(1));
    String place = tables.getOrDefault(address, tables.getOrDefault(address - STUB_OPERAND, ""));
    return "%s: %s %s %s"
        .formatted(place.isEmpty() ? edge.group(1) : place, edge.group(3), edge.group(2), target);
  }
}
