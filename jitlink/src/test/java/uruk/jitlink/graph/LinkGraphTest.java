package uruk.jitlink.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import uruk.jitlink.x86_64.X86_64;
import uruk.jitlink.x86_64.X86_64EdgeKind;

class LinkGraphTest {
  private final LinkGraph graph = new LinkGraph("test.o", X86_64.INSTANCE, "x86_64-linux-gnu");
  private final Section text = graph.createSection(".text", MemProt.READ_EXEC);
  private final Section data = graph.createSection(".data", MemProt.READ_WRITE);
  private final Block code = graph.createContentBlock(text, new byte[16], 0, 16, 0);
  private final Block words = graph.createContentBlock(data, new byte[32], 0x20, 8, 0);

  private Symbol define(Block block, long offset, String name, long size) {
    return graph.addDefinedSymbol(
        block, offset, name, size, Linkage.STRONG, Scope.DEFAULT, false, false);
  }

  @Test
  void aGraphKnowsItsMachine() {
    assertThat(graph.name()).isEqualTo("test.o");
    assertThat(graph.triple()).isEqualTo("x86_64-linux-gnu");
    assertThat(graph.pointerSize()).isEqualTo(8);
    assertThat(graph.byteOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void sectionsAreFoundByNameInTheOrderOfCreation() {
    assertThat(graph.sections()).containsExactly(text, data);
    assertThat(graph.findSection(".data")).isSameAs(data);
    assertThat(graph.findSection(".bss")).isNull();
    assertThat(text.ordinal()).isLessThan(data.ordinal());
  }

  @Test
  void aSecondSectionOfANameIsRefused() {
    assertThatThrownBy(() -> graph.createSection(".text", MemProt.READ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("test.o has a section .text already");
  }

  @Test
  void contentIsSharedUntilItIsWritten() {
    byte[] bytes = {1, 2, 3, 4};
    Block block = graph.createContentBlock(data, bytes, 0, 1, 0);

    block.mutableContent().put(0, (byte) 9);

    assertThat(bytes[0]).isEqualTo((byte) 1);
    assertThat(block.contentCopy()).containsExactly(9, 2, 3, 4);
  }

  @Test
  void zeroFillHasSizeAndNoContent() {
    Block zero = graph.createZeroFillBlock(data, 1L << 40, 0, 64, 0);

    assertThat(zero.zeroFill()).isTrue();
    assertThat(zero.size()).isEqualTo(1L << 40);
    assertThatThrownBy(zero::content).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void mutableBlocksStartAsZero() {
    Block block = graph.createMutableContentBlock(data, 3, 0, 1, 0);

    assertThat(block.contentMutable()).isTrue();
    assertThat(block.contentCopy()).containsExactly(0, 0, 0);
  }

  @Test
  void alignmentsMustBePowersOfTwoAboveTheirOffset() {
    assertThatThrownBy(() -> graph.createZeroFillBlock(data, 1, 0, 12, 0))
        .hasMessageContaining("alignment 12 is not a power of two");
    assertThatThrownBy(() -> graph.createZeroFillBlock(data, 1, 0, 8, 8))
        .hasMessageContaining("alignment offset 8 is not below the alignment 8");
  }

  @Test
  void symbolsOfAllKindsAreListedApart() {
    Symbol defined = define(code, 4, "defined", 2);
    Symbol anonymous = graph.addAnonymousSymbol(words, 8, 8, false, false);
    Symbol external = graph.addExternalSymbol("external", 0, true);
    Symbol absolute =
        graph.addAbsoluteSymbol("absolute", 0x1234, 0, Linkage.STRONG, Scope.LOCAL, false);
    Symbol common = graph.addCommonSymbol("common", Scope.DEFAULT, data, 100, 32, false);

    assertThat(graph.definedSymbols()).containsExactlyInAnyOrder(defined, anonymous, common);
    assertThat(graph.externalSymbols()).containsExactly(external);
    assertThat(graph.absoluteSymbols()).containsExactly(absolute);
    assertThat(defined.address()).isEqualTo(4);
    assertThat(absolute.address()).isEqualTo(0x1234);
    assertThat(anonymous.hasName()).isFalse();
    assertThat(external.weaklyReferenced()).isTrue();
    assertThat(common.linkage()).isEqualTo(Linkage.WEAK);
    assertThat(common.block().zeroFill()).isTrue();
    assertThat(common.block().alignment()).isEqualTo(32);
  }

  @Test
  void aSymbolOutsideOfItsBlockIsRefused() {
    assertThatThrownBy(() -> define(code, 12, "long", 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("symbol long (offset 0xc, size 0x8) is not inside of");
    assertThat(define(code, 16, "end", 0).offset()).isEqualTo(16);
  }

  @Test
  void edgesStayWithASymbolThatChangesItsKind() {
    Symbol symbol = define(code, 0, "f", 4);
    words.addEdge(X86_64EdgeKind.POINTER64, 0, symbol, 1);

    graph.makeExternal(symbol);
    assertThat(graph.externalSymbols()).containsExactly(symbol);
    assertThat(text.symbols()).isEmpty();
    graph.makeAbsolute(symbol, 0x99);
    assertThat(graph.externalSymbols()).isEmpty();
    assertThat(symbol.address()).isEqualTo(0x99);
    graph.makeDefined(symbol, words, 8, 8, Linkage.WEAK, Scope.HIDDEN, true);

    assertThat(graph.absoluteSymbols()).isEmpty();
    assertThat(data.symbols()).containsExactly(symbol);
    assertThat(words.edges().target(0)).isSameAs(symbol);
    assertThat(symbol.address()).isEqualTo(0x28);
    assertThat(symbol.scope()).isEqualTo(Scope.HIDDEN);
  }

  @Test
  void splittingABlockDistributesEdgesAndSymbols() {
    Symbol first = define(words, 0, "first", 32);
    Symbol second = define(words, 8, "second", 8);
    Symbol third = define(words, 20, "third", 4);
    words.addEdge(X86_64EdgeKind.POINTER64, 0, first, 0);
    words.addEdge(X86_64EdgeKind.POINTER64, 8, second, 1);
    words.addEdge(X86_64EdgeKind.POINTER32, 20, third, 2);
    words.content().put(words.contentOffset() + 20, (byte) 7);

    List<Block> parts = graph.splitBlock(words, 8, 16);

    assertThat(parts).hasSize(3).startsWith(words);
    assertThat(parts).extracting(Block::size).containsExactly(8L, 8L, 16L);
    assertThat(parts).extracting(Block::address).containsExactly(0x20L, 0x28L, 0x30L);
    assertThat(parts.get(2).contentCopy()[4]).isEqualTo((byte) 7);
    assertThat(first.block()).isSameAs(words);
    assertThat(first.size()).as("cut at the end of its block").isEqualTo(8);
    assertThat(second.block()).isSameAs(parts.get(1));
    assertThat(second.offset()).isZero();
    assertThat(third.block()).isSameAs(parts.get(2));
    assertThat(third.offset()).isEqualTo(4);
    assertThat(parts.get(2).edges().asList())
        .containsExactly(new Edge(X86_64EdgeKind.POINTER32, 4, third, 2));
    assertThat(parts.get(1).edges().offset(0)).isZero();
  }

  @Test
  void splitOffsetsMustAscendInsideTheBlock() {
    assertThatThrownBy(() -> graph.splitBlock(words, 8, 8)).hasMessageContaining("0x8");
    assertThatThrownBy(() -> graph.splitBlock(words, 32)).hasMessageContaining("0x20");
  }

  @Test
  void blocksTakeTheirSymbolsToAnotherSection() {
    Symbol symbol = define(words, 0, "moved", 8);
    Section other = graph.createSection(".other", MemProt.READ);

    graph.transferBlock(words, other);

    assertThat(words.section()).isSameAs(other);
    assertThat(other.symbols()).containsExactly(symbol);
    assertThat(data.isEmpty()).isTrue();
    assertThat(data.symbols()).isEmpty();
  }

  @Test
  void symbolsMoveToAnotherBlock() {
    Symbol symbol = define(words, 0, "moved", 8);

    graph.transferSymbol(symbol, code, 8, 4);

    assertThat(symbol.section()).isSameAs(text);
    assertThat(symbol.address()).isEqualTo(8);
    assertThat(symbol.size()).isEqualTo(4);
  }

  @Test
  void mergedSectionsAreOne() {
    Symbol symbol = define(words, 0, "merged", 8);

    graph.mergeSections(text, data);

    assertThat(graph.sections()).containsExactly(text);
    assertThat(text.blocks()).containsExactly(code, words);
    assertThat(symbol.section()).isSameAs(text);
  }

  @Test
  void removedSymbolsAndBlocksAreGone() {
    Symbol symbol = define(words, 0, "gone", 8);

    graph.removeSymbol(symbol);
    graph.removeBlock(words);
    graph.removeSection(text);

    assertThat(graph.definedSymbols()).isEmpty();
    assertThat(graph.blocks()).isEmpty();
    assertThat(graph.sections()).containsExactly(data);
  }

  @Test
  void edgesOutsideOfContentAreRefused() {
    Symbol target = define(code, 0, "f", 0);

    assertThatThrownBy(() -> code.addEdge(X86_64EdgeKind.POINTER64, 9, target, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Pointer64 edge at offset 0x9 is outside of");
    assertThatThrownBy(() -> code.addEdge(X86_64EdgeKind.POINTER8, -1, target, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void pruningKeepsWhatLiveSymbolsReach() {
    Symbol root = define(code, 0, "root", 4);
    root.setLive(true);
    Symbol reached = define(words, 0, "reached", 8);
    Block lone = graph.createContentBlock(data, new byte[8], 0x100, 8, 0);
    Symbol unreached = define(lone, 0, "unreached", 8);
    Symbol used = graph.addExternalSymbol("used", 0, false);
    graph.addExternalSymbol("unused", 0, false);
    code.addEdge(X86_64EdgeKind.DELTA32, 0, reached, 0);
    words.addEdge(X86_64EdgeKind.POINTER64, 0, used, 0);
    lone.addEdge(X86_64EdgeKind.POINTER64, 0, root, 0);

    graph.prune();

    assertThat(graph.blocks()).containsExactly(code, words);
    assertThat(graph.definedSymbols()).contains(root, reached).doesNotContain(unreached);
    assertThat(graph.externalSymbols()).containsExactly(used);
  }

  @Test
  void aKeepAliveEdgeKeepsItsTargetAndIsNoFixup() {
    Symbol root = define(code, 0, "root", 4);
    root.setLive(true);
    Symbol kept = define(words, 0, "kept", 8);
    code.addEdge(GenericEdgeKind.KEEP_ALIVE, 0, kept, 0);

    graph.prune();

    assertThat(graph.blocks()).containsExactly(code, words);
  }

  @Test
  void cyclesOfReferencesAreNoReasonToKeepThem() {
    Symbol one = define(code, 0, "one", 4);
    Symbol two = define(words, 0, "two", 8);
    code.addEdge(X86_64EdgeKind.DELTA32, 0, two, 0);
    words.addEdge(X86_64EdgeKind.POINTER64, 0, one, 0);

    graph.prune();

    assertThat(graph.blocks()).isEmpty();
  }

  @Test
  void discardedGroupsLeaveReferencesToTheirVisibleSymbols() {
    Symbol member = define(words, 0, "member", 8);
    code.addEdge(X86_64EdgeKind.DELTA32, 0, member, 0);
    SectionGroup group = new SectionGroup("member", List.of(words));
    graph.addGroup(group);

    graph.discardGroups(List.of(group));

    assertThat(graph.groups()).isEmpty();
    assertThat(graph.blocks()).containsExactly(code);
    assertThat(graph.externalSymbols()).containsExactly(member);
  }

  @Test
  void dumpHasTheFormatOfLlvmsDumps() {
    Symbol main =
        graph.addDefinedSymbol(code, 0, "main", 16, Linkage.STRONG, Scope.DEFAULT, true, true);
    Symbol external = graph.addExternalSymbol("puts", 0, false);
    code.addEdge(X86_64EdgeKind.BRANCH_PC_REL32, 5, external, 0);
    words.addEdge(X86_64EdgeKind.POINTER64, 8, main, -4);

    assertThat(graph.dump())
        .contains("section .text:")
        .contains("  block 0x0 size = 0x00000010, align = 16, alignment-offset = 0")
        .contains(
            "      0x0 (block + 0x00000000): size: 0x00000010, linkage: strong, scope:"
                + " default, live  -   main")
        .contains(
            "      0x5 (block + 0x00000005), addend = +0x00000000, kind = BranchPCRel32,"
                + " target = puts")
        .contains(
            "      0x28 (block + 0x00000008), addend = -0x00000004, kind = Pointer64,"
                + " target = main")
        .contains("    no symbols")
        .contains("Absolute symbols:")
        .contains("External symbols:");
  }
}
