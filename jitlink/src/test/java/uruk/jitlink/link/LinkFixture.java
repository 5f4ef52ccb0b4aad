package uruk.jitlink.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.JITLinker;
import uruk.jitlink.LinkContext;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.ResolvedSymbol;
import uruk.jitlink.SymbolLookupFlags;
import uruk.jitlink.check.CheckAssertions;
import uruk.jitlink.check.LinkedGraphs;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.MemoryManager;
import uruk.jitlink.memory.SlabMemoryManager;

/**
 * An assembly file with its expectation in comments, as for {@code uruk jitlink -noexec -check}:
 *
 * <pre>
 * # triple: i386-linux-gnu      what llvm-mc assembles for, may be repeated
 * # slab: 0x100000              where the link pretends to be
 * # abs: ext=0xdeadbeef         an absolute symbol; several lines for several
 * # jitlink-check: …            must hold, or
 * # error: text                 the link must fail with a message that contains the text
 * </pre>
 */
final class LinkFixture {

  private static final long SLAB_SIZE = 1 << 20;
  private static final long PAGE_SIZE = 4096;
  private static final Pattern DIRECTIVE =
      Pattern.compile("^# (triple|slab|abs|error): *(.*)$", Pattern.MULTILINE);

  private final Path source;
  private final String text;

  private LinkFixture(Path source, String text) {
    this.source = source;
    this.text = text;
  }

  /** All fixtures of a target's folder. */
  static Stream<Path> of(String target) throws IOException, URISyntaxException {
    Path folder = Path.of(LinkFixture.class.getResource("/link/" + target).toURI());
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.filter(file -> file.toString().endsWith(".s")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    return files.stream();
  }

  static LinkFixture read(Path source) throws IOException {
    return new LinkFixture(source, Files.readString(source));
  }

  /** Assembles, links and compares with the expectation, once for each triple. */
  void verify(Path directory) throws Exception {
    for (String triple : triples()) {
      byte[] object = assemble(triple, directory);
      Optional<String> error = directives("error").findFirst();
      Link link = new Link(memory());
      link.run(objectName(), object);
      if (error.isPresent()) {
        assertThat(link.failure).as("failure of " + source).isNotNull();
        assertThat(link.failure).hasMessageContaining(error.get());
      } else {
        if (link.failure != null) {
          throw link.failure;
        }
        CheckAssertions.assertChecks(link.graphs, text);
      }
    }
  }

  private String objectName() {
    return source.getFileName().toString().replace(".s", ".o");
  }

  private MemoryManager memory() {
    long address = directives("slab").findFirst().map(Long::decode).orElse(0x100000L);
    return new SlabMemoryManager(address, SLAB_SIZE, PAGE_SIZE);
  }

  /** {@return what the fixture is assembled for} */
  List<String> triples() {
    return directives("triple").toList();
  }

  /** {@return whether the link must fail} */
  boolean fails() {
    return directives("error").findAny().isPresent();
  }

  byte[] assemble(String triple, Path directory) throws Exception {
    Path object = directory.resolve(objectName());
    Process process =
        new ProcessBuilder(
                "llvm-mc-22",
                "-triple",
                triple,
                "-filetype=obj",
                "-o",
                object.toString(),
                source.toString())
            .redirectErrorStream(true)
            .start();
    String output;
    try (InputStream printed = process.getInputStream()) {
      output = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return Files.readAllBytes(object);
  }

  private Stream<String> directives(String name) {
    return directives(text, name);
  }

  /** {@return the values of a fixture's comments of one name} */
  static Stream<String> directives(String text, String name) {
    Matcher matcher = DIRECTIVE.matcher(text);
    return matcher
        .results()
        .filter(result -> result.group(1).equals(name))
        .map(result -> result.group(2).strip());
  }

  /** One link of one object: absolute symbols resolve, what is missing is null if weak. */
  private final class Link implements LinkContext {
    private final MemoryManager memoryManager;
    private final LinkedGraphs graphs = new LinkedGraphs();
    private final Map<String, Long> absolute = new HashMap<>();
    private @Nullable LinkException failure;

    Link(MemoryManager memoryManager) {
      this.memoryManager = memoryManager;
      directives("abs")
          .forEach(definition -> {
            String[] sides = definition.split("=");
            long address = new BigInteger(sides[1].substring("0x".length()), 16).longValue();
            absolute.put(sides[0], address);
            graphs.defineAbsolute(sides[0], address);
          });
    }

    void run(String name, byte[] object) {
      try {
        JITLinker.link(ObjectFile.of(name, object).linkGraph(), this);
      } catch (LinkException e) {
        failure = e;
      }
    }

    @Override
    public MemoryManager memoryManager() {
      return memoryManager;
    }

    @Override
    public CompletableFuture<Map<String, ResolvedSymbol>> lookup(
        Map<String, SymbolLookupFlags> symbols) {
      var found = new HashMap<String, ResolvedSymbol>();
      for (String symbol : symbols.keySet()) {
        Long address = absolute.get(symbol);
        if (address != null) {
          found.put(symbol, new ResolvedSymbol(address, true));
        }
      }
      return CompletableFuture.completedFuture(found);
    }

    @Override
    public void notifyResolved(LinkGraph graph) {}

    @Override
    public void notifyFinalized(FinalizedAllocation allocation) {}

    @Override
    public void notifyFailed(LinkException e) {
      failure = e;
    }

    @Override
    public void modifyPassConfiguration(LinkGraph graph, PassConfiguration configuration) {
      configuration.postFixup().add(graphs::add);
    }
  }
}
