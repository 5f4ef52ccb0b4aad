package uruk.jitlink.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.DuplicateDefinitionException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectFile.ReadOption;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.Targets;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.archive.Archive;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.Target;
import uruk.jitlink.pass.EhFrame;
import uruk.jitlink.pass.FrameDescriptions;
import uruk.jitlink.x86_64.X86_64;

/** Several objects read into one graph. */
class MergedObjectTest {
  /** Of more than 128 KiB. */
  private static final String LARGE = "const char large[200000] = {1};";

  @TempDir private Path folder;

  private ObjectFile compile(String name, String source, String... options) throws Exception {
    Path input = Files.writeString(folder.resolve(name), source);
    Path output = folder.resolve(name + ".o");
    List<String> command = new ArrayList<>(List.of(name.endsWith("pp") ? "g++" : "gcc"));
    command.addAll(List.of("-O1", "-fPIC", "-c", input.toString(), "-o", output.toString()));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String messages = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(messages).isZero();
    return ObjectFile.of(name + ".o", Files.readAllBytes(output));
  }

  private static ObjectFile merge(ObjectFile... files) {
    return ObjectFile.merged("all", List.of(files));
  }

  private static Symbol only(LinkGraph graph, String name) {
    List<Symbol> named = new ArrayList<>();
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.name().equals(name)) {
        named.add(symbol);
      }
    }
    assertThat(named).as(name).hasSize(1);
    return named.getFirst();
  }

  private static Set<String> externals(LinkGraph graph) {
    Set<String> names = new TreeSet<>();
    graph.externalSymbols().forEach(symbol -> names.add(symbol.name()));
    return names;
  }

  @Test
  void filesFindEachOthersDefinitionsWhicheverComesFirst() throws Exception {
    ObjectFile a =
        compile("a.c", "int b(void), outside(void); int a(void) { return b() + outside(); }");
    ObjectFile b = compile("b.c", "int a(void); int b(void) { return a(); }");

    ObjectFile merged = merge(a, b);

    assertThat(merged.symbols().definitions())
        .extracting(Definition::name)
        .containsExactly("a", "b");
    assertThat(merged.symbols().externals()).containsExactlyInAnyOrder("outside");
    LinkGraph graph = merged.linkGraph();
    assertThat(externals(graph)).doesNotContain("a", "b").contains("outside");
    assertThat(only(graph, "a").block().file()).isEqualTo("a.c.o");
    assertThat(only(graph, "b").block().file()).isEqualTo("b.c.o");
    assertThat(merged.parts()).containsExactly(a, b);
    assertThat(merged.size()).isEqualTo(a.size() + b.size());
  }

  @Test
  void blocksOfOneSectionLieOneBehindTheOther() throws Exception {
    ObjectFile a = compile("a.c", "int a(void) { return 1; }");
    ObjectFile b = compile("b.c", "int b(void) { return 2; }");

    LinkGraph graph = merge(a, b).linkGraph();

    Symbol first = only(graph, "a");
    Symbol second = only(graph, "b");
    assertThat(first.section()).isSameAs(second.section());
    assertThat(second.address()).isGreaterThanOrEqualTo(first.address() + first.size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void strongDefinitionWinsOverWeakOnes(boolean strongFirst) throws Exception {
    ObjectFile weak =
        compile(
            "weak.c",
            "__attribute__((weak)) int f(void) { return 1; } int g(void) { return f(); }");
    ObjectFile strong = compile("strong.c", "int f(void) { return 2; }");

    ObjectFile merged = strongFirst ? merge(strong, weak) : merge(weak, strong);

    Symbol winner = only(merged.linkGraph(), "f");
    assertThat(winner.block().file()).isEqualTo("strong.c.o");
    assertThat(winner.linkage()).isEqualTo(Linkage.STRONG);
    assertThat(winner.callable()).isTrue();
    assertThat(merged.symbols().definitions())
        .filteredOn(definition -> definition.name().equals("f"))
        .singleElement()
        .matches(definition -> !definition.weak());
  }

  @Test
  void twoStrongDefinitionsAreRefusedByBothReaders() throws Exception {
    ObjectFile merged =
        merge(
            compile("a.c", "int f(void) { return 1; }"),
            compile("b.c", "int f(void) { return 2; }"));

    assertThatThrownBy(merged::symbols)
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageStartingWith(
            "In b.c.o, duplicate definition of f, which a.c.o defines as well.");
    assertThatThrownBy(merged::linkGraph)
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageStartingWith(
            "In b.c.o, duplicate definition of f, which a.c.o defines as well.");
  }

  @Test
  void groupOfOneSignatureIsReadOnce() throws Exception {
    String inline =
        "inline __attribute__((noinline)) int shared(int n) { static int k; return k += n; }";
    ObjectFile a = compile("a.cpp", inline + "int a() { return shared(1); }");
    ObjectFile b = compile("b.cpp", inline + "int b() { return shared(2); }");

    LinkGraph graph = merge(a, b).linkGraph();

    assertThat(only(graph, "_Z6sharedi").block().file()).isEqualTo("a.cpp.o");
    only(graph, "_ZZ6sharediE1k");
    assertThat(graph.findSection(".text._Z6sharedi").blocks()).hasSize(1);
    assertThat(externals(graph)).doesNotContain("_Z6sharedi", "_ZZ6sharediE1k");
    assertThat(graph.groups()).extracting(group -> group.signature()).doesNotHaveDuplicates();
  }

  /** They are in groups of one signature as well, but frame descriptions name their own one. */
  @Test
  void wordsThatFrameDescriptionsNeedAreEachFilesOwn() throws Exception {
    String catching = "() { try { throw 1; } catch (int n) { return n; } }";
    ObjectFile a = compile("a.cpp", "int a" + catching);
    ObjectFile b = compile("b.cpp", "int b" + catching);

    LinkGraph graph = merge(a, b).linkGraph();

    List<String> files = new ArrayList<>();
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.name().equals("DW.ref.__gxx_personality_v0")) {
        files.add(symbol.block().file());
      }
    }
    assertThat(files).containsExactly("a.cpp.o", "b.cpp.o");
  }

  @Test
  void commonSymbolIsAsLargeAsTheLargest() throws Exception {
    ObjectFile small = compile("small.c", "int shared[2];", "-fcommon");
    ObjectFile large =
        compile("large.c", "int shared[20] __attribute__((aligned(64)));", "-fcommon");
    ObjectFile user = compile("user.c", "extern int shared[]; int *use(void) { return shared; }");

    ObjectFile merged = merge(user, small, large);

    assertThat(merged.symbols().definitions())
        .filteredOn(Definition::common)
        .singleElement()
        .matches(common -> common.size() == 80 && common.alignment() == 64);
    only(merged.linkGraph(), "shared");
  }

  @Test
  void initializedVariableWinsOverCommonOnes() throws Exception {
    ObjectFile common = compile("common.c", "int shared;", "-fcommon");
    ObjectFile initialized = compile("initialized.c", "int shared = 7;");

    for (ObjectFile merged : List.of(merge(common, initialized), merge(initialized, common))) {
      assertThat(only(merged.linkGraph(), "shared").block().file()).isEqualTo("initialized.c.o");
      assertThat(merged.symbols().definitions()).noneMatch(Definition::common);
    }
  }

  @Test
  void referenceIsWeakOnlyWhereAllAre() throws Exception {
    ObjectFile weak =
        compile(
            "weak.c",
            "__attribute__((weak)) int x(void); __attribute__((weak)) int y(void);"
                + " int f(void) { return x && y; }");
    ObjectFile needing = compile("needing.c", "int x(void); int g(void) { return x(); }");

    for (ObjectFile merged : List.of(merge(weak, needing), merge(needing, weak))) {
      LinkGraph graph = merged.linkGraph();
      assertThat(graph.findExternalSymbol("x").weaklyReferenced()).isFalse();
      assertThat(graph.findExternalSymbol("y").weaklyReferenced()).isTrue();
    }
  }

  @Test
  void localNamesStayApart() throws Exception {
    ObjectFile a = compile("a.c", "static int n = 1; int *a(void) { return &n; }");
    ObjectFile b = compile("b.c", "static int n = 2; int *b(void) { return &n; }");

    List<String> files = new ArrayList<>();
    for (Symbol symbol : merge(a, b).linkGraph().definedSymbols()) {
      if (symbol.name().equals("n")) {
        assertThat(symbol.scope()).isEqualTo(Scope.LOCAL);
        files.add(symbol.block().file());
      }
    }
    assertThat(files).containsExactly("a.c.o", "b.c.o");
  }

  @Test
  void errorsNameTheFile() throws Exception {
    ObjectFile good = compile("good.c", "int good(void) { return 1; }");
    ObjectFile bad =
        compile("bad.c", "__asm__(\".section .both,\\\"awx\\\"\\n.byte 0\\n.previous\");");

    assertThatThrownBy(merge(good, bad)::linkGraph)
        .isInstanceOf(UnsupportedObjectException.class)
        .hasMessageContaining("bad.c.o")
        .hasMessageContaining("which is writable and executable");
  }

  /** Else the graph would lack what the file defines, and nobody would know. */
  @Test
  void errorOfTheThreadThatReadsAheadIsNotLost() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    Targets targets = new Targets(List.of(overflowingWhile(full)));
    Queue<Runnable> ahead = new ArrayDeque<>();
    ObjectMerge merge = new ObjectMerge("all", Set.of(), ahead::add);
    for (String name : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
      ObjectFile file = compile(name + ".c", "void %1$s(void) { %1$s(); }".formatted(name), "-O0");
      merge.add(
          ObjectFile.of(
              name, ByteBuffer.wrap(Files.readAllBytes(folder.resolve(file.name()))), targets));
    }
    assertThat(ahead).hasSize(1);
    full.set(true);
    ahead.forEach(Runnable::run);
    full.set(false);

    assertThatThrownBy(() -> merge.merged().linkGraph()).isInstanceOf(StackOverflowError.class);
  }

  private static Target overflowingWhile(AtomicBoolean full) {
    return (Target)
        Proxy.newProxyInstance(
            Target.class.getClassLoader(),
            new Class<?>[] {Target.class},
            (proxy, method, arguments) -> {
              if (full.get()) {
                throw new StackOverflowError("pretended");
              }
              return method.getName().equals("equals")
                  ? proxy == arguments[0]
                  : method.invoke(X86_64.INSTANCE, arguments);
            });
  }

  @Test
  void singleFileIsNotReadAhead() throws Exception {
    List<Runnable> ahead = new ArrayList<>();
    ObjectMerge merge = new ObjectMerge("all", Set.of(), ahead::add);
    ObjectFile large = compile("large.c", LARGE);

    merge.add(large);

    assertThat(ahead).as("its own graph will be asked for").isEmpty();
    assertThat(merge.merged()).isSameAs(large);
    merge.add(compile("b.c", "int b(void) { return 1; }"));
    assertThat(ahead).hasSize(1);
  }

  @Test
  void smallFilesAreReadAheadSomeAtATime() throws Exception {
    List<Runnable> ahead = new ArrayList<>();
    ObjectMerge merge = new ObjectMerge("all", Set.of(), ahead::add);
    List<Integer> readers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      merge.add(compile("f" + i + ".c", "int f%d(void) { return 1; }".formatted(i)));
      readers.add(ahead.size());
      if (i == 9) {
        ahead.forEach(Runnable::run);
      }
    }

    assertThat(readers).containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2);
    assertThat(merge.merged().symbols().definitions()).hasSize(20);
    assertThat(merge.merged().linkGraph().blocks()).hasSizeGreaterThanOrEqualTo(20);
  }

  @Test
  void objectsOfTwoMachinesAreNotMerged() throws Exception {
    ObjectFile own = compile("own.c", "int own(void) { return 1; }");
    ObjectFile foreign = compile("foreign.c", "int foreign(void) { return 1; }", "-m32");

    assertThatThrownBy(() -> merge(own, foreign))
        .isInstanceOf(UnsupportedObjectException.class)
        .hasMessageContaining(
            "foreign.c.o: an object for i386 beside own.c.o, which is for x86_64");
    assertThatThrownBy(() -> ObjectFile.merged("none", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no object file to be merged into none");
  }

  /** What is promised of a whole library is what its graph defines: here of C++ with its groups. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/lib/x86_64-linux-gnu/libsqlite3.a",
        "/usr/lib/gcc/x86_64-linux-gnu/12/libstdc++.a",
        "/usr/lib/x86_64-linux-gnu/libcrypto.a"
      })
  void interfaceIsWhatTheGraphDefines(String library) throws IOException {
    List<ObjectFile> members = new ArrayList<>();
    try (Archive archive = Archive.open(Path.of(library))) {
      for (ArchiveMember member : archive.members()) {
        members.add(
            ObjectFile.of(
                member.displayName(), ByteBuffer.wrap(member.bytes()), Targets.standard()));
      }
    }
    ObjectFile merged = ObjectFile.merged(library, members);

    Set<String> promised = new HashSet<>();
    merged.symbols().definitions().forEach(definition -> promised.add(definition.name()));
    LinkGraph graph = merged.linkGraph();

    Set<String> defined = new HashSet<>();
    List<Symbol> all = new ArrayList<>(graph.definedSymbols());
    all.addAll(graph.absoluteSymbols());
    for (Symbol symbol : all) {
      if (symbol.scope() != Scope.LOCAL) {
        assertThat(defined.add(symbol.name())).as(symbol.name()).isTrue();
      }
    }
    assertThat(defined).isEqualTo(promised).hasSizeGreaterThan(1000);
    for (Block block : graph.blocks()) {
      assertThat(block.file()).startsWith(library + "(");
    }
  }

  // Ways of reading ------------------------------------------------------------------------------

  private static final String CALLS =
      "int f(int), g(int); int a(int x) { return f(x) + g(x); }"
          + " static const char *const names[] = {\"one\", \"two\"}; const char *b(int i) { return names[i]; }";

  @Test
  void edgesThatAreReadWhenAskedForAreTheSame() throws Exception {
    ObjectFile object = compile("a.c", CALLS, "-ffunction-sections", "-fdata-sections");

    LinkGraph asked = object.linkGraph(Set.of(ReadOption.EDGES_WHEN_ASKED));

    assertThat(asked.readsEdgesLater()).isTrue();
    asked
        .blocks()
        .forEach(block -> assertThat(block.edges().isEmpty()).isEqualTo(!block.hasEdges()));
    assertThat(asked.dump()).isEqualTo(object.linkGraph().dump());
    assertThat(object.linkGraph().readsEdgesLater()).isFalse();
  }

  @Test
  void edgesAreReadBeforeTheirBlockIsSplitOrGetsOtherContent() throws Exception {
    ObjectFile object = compile("a.c", CALLS, "-ffunction-sections");
    LinkGraph graph = object.linkGraph(Set.of(ReadOption.EDGES_WHEN_ASKED));
    Block frames = graph.findSection(".eh_frame").blocks().iterator().next();
    long before = edges(object.linkGraph(), ".eh_frame");

    graph.splitBlock(frames, new int[] {4}, List.of());

    assertThat(edges(graph, ".eh_frame")).isEqualTo(before).isPositive();
    Block code = only(graph, "a").block();
    code.setContent(code.content(), code.contentOffset(), code.size());
    assertThat(edges(graph, ".text.a")).isEqualTo(edges(object.linkGraph(), ".text.a"));
  }

  private static long edges(LinkGraph graph, String section) {
    return graph.findSection(section).blocks().stream()
        .mapToInt(block -> block.edges().size())
        .sum();
  }

  @Test
  void earlyPruningLeavesWhatIsReachedAndDescribed() throws Exception {
    ObjectFile object =
        compile(
            "a.cpp",
            "void f(); extern \"C\" int live() { try { f(); } catch (int) { return 1; } return 2; }"
                + " extern \"C\" int dead() { f(); return 1; } extern \"C\" int unused = 5;",
            "-ffunction-sections",
            "-fdata-sections");
    LinkGraph graph = object.linkGraph(Set.of(ReadOption.EDGES_WHEN_ASKED));
    Block dead = only(graph, "dead").block();
    Block live = only(graph, "live").block();
    only(graph, "live").setLive(true);

    graph.pruneBut(graph.findSection(".eh_frame"), EhFrame::functionFields);

    assertThat(dead.inGraph()).isFalse();
    assertThat(live.inGraph()).isTrue();
    assertThat(graph.definedSymbols())
        .extracting(Symbol::name)
        .contains("live")
        .doesNotContain("dead", "unused");
    assertThat(graph.definedSymbols())
        .filteredOn(Symbol::live)
        .extracting(Symbol::name)
        .containsExactly("live");
    EhFrame.prepare(graph);
    graph.prune();
    assertThat(FrameDescriptions.count(graph)).isEqualTo(1);
    assertThat(graph.sections())
        .filteredOn(section -> section.name().startsWith(".gcc_except_table"))
        .anyMatch(section -> !section.isEmpty());
  }

  @Test
  void sectionsOfFunctionsBecomePartsOfOne() throws Exception {
    ObjectFile object =
        compile(
            "a.c",
            CALLS
                + " int variable = 3; int zero; __attribute__((constructor(200))) static void init(void) { variable = 4; }"
                + " __attribute__((section(\".text_like\"))) int odd(void) { return 1; }",
            "-ffunction-sections",
            "-fdata-sections");

    LinkGraph graph = object.linkGraph(Set.of(ReadOption.OUTPUT_SECTIONS));

    assertThat(only(graph, "a").section().name()).isEqualTo(".text");
    assertThat(only(graph, "b").section()).isSameAs(only(graph, "a").section());
    assertThat(only(graph, "a").block()).isNotSameAs(only(graph, "b").block());
    assertThat(only(graph, "variable").section().name()).isEqualTo(".data");
    assertThat(only(graph, "zero").section().name()).isEqualTo(".bss");
    assertThat(only(graph, "names").section().name()).isEqualTo(".data.rel.ro");
    assertThat(only(graph, "odd").section().name()).isEqualTo(".text_like");
    assertThat(graph.findSection(".init_array.00200")).isNotNull();
  }

  @Test
  void mergedFilesAreReadAheadInTheWayThatIsAskedForFirst() throws Exception {
    List<Runnable> ahead = new ArrayList<>();
    ObjectMerge merge = new ObjectMerge("all", Set.of(ReadOption.OUTPUT_SECTIONS), ahead::add);
    merge.add(compile("a.c", "int a(void) { return 1; }", "-ffunction-sections"));
    merge.add(compile("b.c", "int b(void) { return 2; }", "-ffunction-sections"));
    ahead.forEach(Runnable::run);
    ObjectFile merged = merge.merged();

    assertThat(only(merged.linkGraph(), "a").section().name()).isEqualTo(".text.a");
    LinkGraph first = merged.linkGraph(Set.of(ReadOption.OUTPUT_SECTIONS));
    assertThat(only(first, "b").section().name()).isEqualTo(".text");
    assertThat(merged.linkGraph(Set.of(ReadOption.OUTPUT_SECTIONS))).isNotSameAs(first);
  }

  @Test
  void commonSymbolIsAsLargeAndAlignedAsTheLargest() throws Exception {
    LinkGraph graph =
        merge(
                compile("a.c", "char shared[3];", "-fcommon"),
                compile("b.c", "_Alignas(64) char shared[100];", "-fcommon"),
                compile("c.c", "char shared[50];", "-fcommon"))
            .linkGraph();

    Symbol shared = only(graph, "shared");
    assertThat(shared.size()).isEqualTo(100);
    assertThat(shared.block().size()).isEqualTo(100);
    assertThat(shared.block().alignment()).isEqualTo(64);
  }
}
