package uruk.jitlink.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.Targets;
import uruk.jitlink.elf.ElfObject;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;

/**
 * Objects of real programs, linked here and by llvm-jitlink at the same address with null for every
 * external symbol, have the same bytes. Our bytes become a file of {@code jitlink-check:} rules,
 * which llvm-jitlink checks against its own; all of them must hold. {@link ReviewedDifference}
 * lists where llvm-jitlink is expected to have something else.
 */
class LlvmComparisonTest {
  private static final long SLAB_SIZE = 64 << 20;

  /** What llvm-jitlink may use: a rule that fails in an endless loop must not fill the machine. */
  private static final String LIMITS = "ulimit -v 16000000; ulimit -t 500; exec \"$@\"";

  private static final int MESSAGES_SHOWN = 20;
  private static final long MINUTES = 10;

  /** The slab is where null, the address of externals, is as near or as far as the reason says. */
  enum Machine {
    /** Null is in reach of branches and displacements. */
    X86_64("x86_64-linux-gnu", 0x10000000L, "-fPIC"),
    /** Addresses are operands. */
    X86_64_FIXED("x86_64-linux-gnu", 0x10000000L, "-fno-pic"),
    I386("i686-linux-gnu", 0x10000000L, "-fPIC"),
    I386_FIXED("i686-linux-gnu", 0x10000000L, "-fno-pic"),
    /** Null is in reach of branches and pages. */
    AARCH64("aarch64-linux-gnu", 0x4000000L, "-fPIC"),
    /** Null is in reach of pages only. */
    AARCH64_FIXED("aarch64-linux-gnu", 0x10000000L, "-fno-pic"),
    /** Null is out of reach. */
    AARCH64_FAR("aarch64-linux-gnu", 0x7f_0000_0000L, "-fPIC");

    private final String triple;
    private final long slabAddress;
    private final String option;

    Machine(String triple, long slabAddress, String option) {
      this.triple = triple;
      this.slabAddress = slabAddress;
      this.option = option;
    }

    private List<String> compilerOptions() {
      boolean arm = triple.startsWith("aarch64");
      return List.of(
          "--target=" + triple,
          "-isystem",
          arm ? "/usr/aarch64-linux-gnu/include" : "/usr/include/x86_64-linux-gnu",
          option,
          // llvm-jitlink does not read .eh_frame of i386 and drops it: sections would lie
          // elsewhere.
          triple.startsWith("i686")
              ? "-fno-asynchronous-unwind-tables"
              : "-fasynchronous-unwind-tables");
    }
  }

  @TempDir Path directory;

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("partOfZlib")
  void partOfZlibIsLinkedAsLlvmLinksIt(Machine machine, String source) throws Exception {
    compare(machine, script("debian-source", "zlib").resolve(source));
  }

  static Stream<Arguments> partOfZlib() {
    return Stream.of(Machine.values())
        .flatMap(machine ->
            Stream.of("deflate.c", "gzread.c").map(source -> Arguments.of(machine, source)));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void zlibIsLinkedAsLlvmLinksIt(Machine machine) throws Exception {
    compareAll(machine, script("debian-source", "zlib"));
  }

  /** Variables are hidden there, so that code wants them near. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AARCH64_FAR")
  @Tag("long")
  void luaIsLinkedAsLlvmLinksIt(Machine machine) throws Exception {
    compareAll(machine, script("lua-source"));
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void sqliteIsLinkedAsLlvmLinksIt(Machine machine) throws Exception {
    compare(machine, script("sqlite-amalgamation").resolve("sqlite3.c"));
  }

  private void compareAll(Machine machine, Path folder) throws Exception {
    List<Path> sources;
    try (Stream<Path> files = Files.list(folder)) {
      sources = files.filter(file -> file.toString().endsWith(".c")).sorted().toList();
    }
    assertThat(sources).hasSizeGreaterThan(10);
    for (Path source : sources) {
      compare(machine, source);
    }
  }

  private void compare(Machine machine, Path source) throws Exception {
    Path object = compile(machine, source);
    String name = object.getFileName().toString();
    ElfObject elf =
        ElfObject.of(name, ByteBuffer.wrap(Files.readAllBytes(object)), Targets.standard());
    List<String> entries = new ArrayList<>();
    Path file = directory.resolve("rules");
    SlabLink.link(
        elf.linkGraph(),
        machine.slabAddress,
        SLAB_SIZE,
        Map.of(),
        graph -> {
          write(file, new LlvmRules(name, elf.linkGraph(), elf.listing(), graph).text());
          entries.add(entry(graph));
        });
    assertThat(Files.size(file)).isPositive();

    List<String> command =
        new ArrayList<>(List.of("sh", "-c", LIMITS, "sh", "llvm-jitlink-22", "-noexec"));
    command.addAll(List.of("-phony-externals", "-no-process-syms", "-entry", entries.getFirst()));
    command.addAll(List.of("-slab-allocate", (SLAB_SIZE >> 20) + "Mb", "-slab-page-size", "4096"));
    command.addAll(List.of("-slab-address", "0x" + Long.toHexString(machine.slabAddress)));
    command.addAll(List.of("-check", file.toString(), object.toString()));
    assertSilent(command);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String entry(LinkGraph graph) {
    return graph.definedSymbols().stream()
        .filter(symbol -> symbol.hasName() && symbol.scope() != Scope.LOCAL)
        .map(Symbol::name)
        .findFirst()
        .orElseThrow();
  }

  private Path compile(Machine machine, Path source) throws Exception {
    Path object = directory.resolve(source.getFileName().toString().replace(".c", ".o"));
    List<String> command = new ArrayList<>(List.of("clang-22", "-w", "-O2", "-c"));
    command.add("-Wno-implicit-function-declaration"); // zlib finds read() by its configuration
    command.addAll(machine.compilerOptions());
    command.addAll(List.of(source.toString(), "-o", object.toString()));
    assertSilent(command);
    return object;
  }

  private static void assertSilent(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> messages;
    try (BufferedReader printed = process.inputReader()) {
      messages = printed.lines().limit(MESSAGES_SHOWN).toList();
    }
    if (!messages.isEmpty()) {
      process.destroyForcibly(); // it may have millions of them
    }
    assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
    assertThat(messages).as("messages of %s", command).isEmpty();
    assertThat(process.exitValue()).as("status of %s", command).isZero();
  }

  private static Path script(String name, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("../scripts/" + name));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (InputStream printed = process.getInputStream()) {
      String folder = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as("status of %s", command).isZero();
      return Path.of(folder.strip());
    }
  }
}
