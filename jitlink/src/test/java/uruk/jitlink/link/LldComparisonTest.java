package uruk.jitlink.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Section;

/**
 * Big-endian AArch64, which LLVM's JIT linker does not take: our fixtures, linked statically by lld
 * at the addresses that we chose, have the same bytes.
 */
class LldComparisonTest {
  private static final long SLAB_SIZE = 1 << 20;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"pointers", "distances", "literals", "pages", "move-wide", "branches"})
  void bigEndianFixtureIsLinkedAsLldLinksIt(String fixture) throws Exception {
    Path source = Path.of(getClass().getResource("/link/aarch64/" + fixture + ".s").toURI());
    Path object = directory.resolve(fixture + ".o");
    run("llvm-mc-22", "-triple", "aarch64_be-linux-gnu", "-filetype=obj", "-o", object, source);
    String text = Files.readString(source);
    Map<String, byte[]> ours = new TreeMap<>();
    List<Object> command = new ArrayList<>(List.of("ld.lld-22", "--no-relax", "-z", "norelro", "--image-base=0"));
    command.addAll(List.of("-e", "0", "-o", directory.resolve("linked"), object));
    Map<String, Long> absolute = absoluteSymbols(text);
    absolute.forEach((name, address) ->
        command.add("--defsym=%s=0x%s".formatted(name, Long.toHexString(address))));

    SlabLink.link(
        ObjectFile.of(fixture + ".o", Files.readAllBytes(object)).linkGraph(),
        slab(text),
        SLAB_SIZE,
        absolute,
        graph -> {
          for (Section section : graph.sections()) {
            if (section.name().startsWith("$__")) {
              continue; // stubs that were bypassed
            }
            for (Block block : section.blocks()) {
              ours.put(section.name(), block.contentCopy());
              command.add(
                  "--section-start=%s=0x%s"
                      .formatted(section.name(), Long.toHexString(block.address())));
            }
          }
        });

    run(command.toArray());
    assertThat(ours).isNotEmpty();
    for (Map.Entry<String, byte[]> section : ours.entrySet()) {
      Path bytes = directory.resolve("bytes");
      run(
          "llvm-objcopy-22",
          "-O",
          "binary",
          "--only-section=" + section.getKey(),
          directory.resolve("linked"),
          bytes);
      assertThat(Files.readAllBytes(bytes)).as(section.getKey()).isEqualTo(section.getValue());
    }
  }

  private static Map<String, Long> absoluteSymbols(String text) {
    Map<String, Long> symbols = new TreeMap<>();
    for (String definition : LinkFixture.directives(text, "abs").toList()) {
      String[] sides = definition.split("=");
      symbols.put(sides[0], Long.parseUnsignedLong(sides[1].substring("0x".length()), 16));
    }
    return symbols;
  }

  private static long slab(String text) {
    return LinkFixture.directives(text, "slab").findFirst().map(Long::decode).orElse(0x100000L);
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
