package uruk.jitlink.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;

/**
 * Big-endian AArch64, which LLVM's JIT linker does not take: our fixtures, linked statically by lld
 * at the addresses that we chose, have the same bytes. Fixtures of stubs and of TLS descriptors are
 * left out, because a static link has no stubs of our shape and replaces descriptors.
 */
class LldComparisonTest {
  private static final long SLAB_SIZE = 1 << 20;
  private static final int IMMEDIATE_SHIFT = 5;
  private static final int IMMEDIATE = 0xffff;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pointers",
        "distances",
        "literals",
        "pages",
        "move-wide",
        "branches",
        "got-load-other-register",
        "got-loads-apart",
        "got-page"
      })
  void bigEndianFixtureIsLinkedAsLldLinksIt(String fixture) throws Exception {
    Map<String, Linked> ours = new TreeMap<>();
    Path object = assemble("aarch64_be-linux-gnu", fixture);
    link(fixture, object, graph -> collect(graph, ours));
    assertThat(ours).isNotEmpty();

    Path theirs = lld(fixture, object, ours);

    for (Map.Entry<String, Linked> section : ours.entrySet()) {
      assertThat(content(theirs, section.getKey()))
          .as(section.getKey())
          .isEqualTo(section.getValue().bytes);
    }
  }

  /** lld's static link puts the distances into instructions: movz for the upper half, then movk. */
  @ParameterizedTest
  @ValueSource(strings = {"aarch64-linux-gnu", "aarch64_be-linux-gnu"})
  void threadPointerDistancesAreThoseOfLldsStaticLink(String triple) throws Exception {
    String fixture = "tls-initial-exec";
    Path object = assemble(triple, fixture);
    List<Long> ours = new ArrayList<>();
    link(
        fixture,
        object,
        graph -> {
          for (Block word : graph.findSection("$__TLSOFFSET").blocks()) {
            ours.add(word.content().getLong(word.contentOffset()));
          }
        });

    ByteBuffer text = ByteBuffer.wrap(content(lld(fixture, object, Map.of()), ".text"));
    text.order(ByteOrder.LITTLE_ENDIAN);

    assertThat(ours).containsExactly(distance(text, 0), distance(text, 2 * Integer.BYTES));
  }

  private static long distance(ByteBuffer text, int at) {
    long upper = text.getInt(at) >>> IMMEDIATE_SHIFT & IMMEDIATE;
    return upper << Short.SIZE | text.getInt(at + Integer.BYTES) >>> IMMEDIATE_SHIFT & IMMEDIATE;
  }

  /** A section's place and bytes. */
  private record Linked(long address, byte[] bytes) {}

  private static void collect(LinkGraph graph, Map<String, Linked> linked) {
    for (Section section : graph.sections()) {
      // A fixture's section is one block.
      for (Block block : section.blocks()) {
        linked.put(
            section.name().equals("$__GOT") ? ".got" : section.name(),
            new Linked(block.address(), block.contentCopy()));
      }
    }
    if (linked.remove("$__STUBS") != null) { // they were bypassed
      linked.remove(".got");
    }
  }

  private Path assemble(String triple, String fixture) throws Exception {
    Path object = directory.resolve(fixture + ".o");
    run("llvm-mc-22", "-triple", triple, "-filetype=obj", "-o", object, source(fixture));
    return object;
  }

  private Path source(String fixture) throws Exception {
    return Path.of(getClass().getResource("/link/aarch64/" + fixture + ".s").toURI());
  }

  private void link(String fixture, Path object, Consumer<LinkGraph> linked) throws Exception {
    String text = Files.readString(source(fixture));
    long slab =
        LinkFixture.directives(text, "slab").findFirst().map(Long::decode).orElse(0x100000L);
    SlabLink.link(
        ObjectFile.of(fixture + ".o", Files.readAllBytes(object)).linkGraph(),
        slab,
        SLAB_SIZE,
        absoluteSymbols(text),
        linked);
  }

  private Path lld(String fixture, Path object, Map<String, Linked> places) throws Exception {
    Path linked = directory.resolve("linked");
    List<Object> command = new ArrayList<>(List.of("ld.lld-22", "--no-relax", "-z", "norelro"));
    command.addAll(List.of("--image-base=0", "-e", "0", "-o", linked, object));
    absoluteSymbols(Files.readString(source(fixture)))
        .forEach((name, address) ->
            command.add("--defsym=%s=0x%s".formatted(name, Long.toHexString(address))));
    places.forEach((name, place) ->
        command.add("--section-start=%s=0x%s".formatted(name, Long.toHexString(place.address))));
    run(command.toArray());
    return linked;
  }

  private byte[] content(Path linked, String section) throws Exception {
    Path bytes = directory.resolve("bytes");
    run("llvm-objcopy-22", "-O", "binary", "--only-section=" + section, linked, bytes);
    return Files.readAllBytes(bytes);
  }

  private static Map<String, Long> absoluteSymbols(String text) {
    Map<String, Long> symbols = new TreeMap<>();
    for (String definition : LinkFixture.directives(text, "abs").toList()) {
      String[] sides = definition.split("=");
      symbols.put(sides[0], Long.parseUnsignedLong(sides[1].substring("0x".length()), 16));
    }
    return symbols;
  }

  private static void run(Object... command) throws Exception {
    List<String> words = new ArrayList<>();
    for (Object word : command) {
      words.add(word.toString());
    }
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (InputStream printed = process.getInputStream()) {
      String output = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
    }
  }
}
