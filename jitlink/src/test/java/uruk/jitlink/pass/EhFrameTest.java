package uruk.jitlink.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.FrameDescriptions.Entry;
import uruk.jitlink.x86_64.X86_64;

class EhFrameTest {
  // Two CIEs, the second of which names a personality routine, and the descriptions of three
  // functions.
  private static final int FIRST_CIE = 0;
  private static final int FIRST_FDE = 16;
  private static final int SECOND_CIE = 32;
  private static final int SECOND_FDE = 56;
  private static final int THIRD_FDE = 72;
  private static final int RECORDS_END = 88;
  private static final int PERSONALITY_FIELD = SECOND_CIE + 12;
  private static final int FUNCTION_FIELD = 8;

  private final LinkGraph graph = new LinkGraph("test", X86_64.INSTANCE);
  private final Section text = graph.createSection(".text", MemProt.READ_EXEC);
  private final Symbol first = function(0x1000);
  private final Symbol second = function(0x1010);
  private final Symbol third = function(0x1020);
  private final Symbol personality = graph.addExternalSymbol("personality", 0, false);

  /** Fixed up, such a record would be longer, or a CIE would describe a function. */
  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void relocationsInTheFrameOfARecordAreRefused(int offset) {
    Block code = graph.createContentBlock(text, new byte[16], 0, 16, 0);
    Symbol function = graph.addAnonymousSymbol(code, 0, 16, true, true);
    byte[] cie = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 12).array();
    Section frames = graph.createSection(EhFrame.SECTION, MemProt.READ);
    Block block = graph.createContentBlock(frames, cie, 0, 8, 0);
    block.addEdge(graph.target().negativeDelta32(), offset, function, 0);

    assertThatThrownBy(() -> EhFrame.prepare(graph))
        .isInstanceOf(MalformedObjectException.class)
        .hasMessageContaining("has a relocation at 0x%x, in its length or kind".formatted(offset));
  }

  private Symbol function(long address) {
    Block code = graph.createContentBlock(text, new byte[16], address, 16, 0);
    return graph.addAnonymousSymbol(code, 0, 16, true, false);
  }

  private Block frames(boolean inOrder) {
    ByteBuffer bytes = ByteBuffer.allocate(RECORDS_END + 4).order(ByteOrder.LITTLE_ENDIAN);
    record(bytes, FIRST_CIE, FIRST_FDE, 0);
    record(bytes, FIRST_FDE, SECOND_CIE, FIRST_FDE + 4 - FIRST_CIE);
    record(bytes, SECOND_CIE, SECOND_FDE, 0);
    record(bytes, SECOND_FDE, THIRD_FDE, SECOND_FDE + 4 - SECOND_CIE);
    record(bytes, THIRD_FDE, RECORDS_END, THIRD_FDE + 4 - FIRST_CIE);
    Section section = graph.createSection(EhFrame.SECTION, MemProt.READ);
    Block block = graph.createContentBlock(section, bytes.array(), 0, 8, 0);
    block.readEdgesLater(asked -> {
      List<Runnable> edges = new ArrayList<>();
      edges.add(() -> point(asked, FIRST_FDE + FUNCTION_FIELD, first));
      edges.add(() -> point(asked, PERSONALITY_FIELD, personality));
      edges.add(() -> point(asked, SECOND_FDE + FUNCTION_FIELD, second));
      edges.add(() -> point(asked, THIRD_FDE + FUNCTION_FIELD, third));
      (inOrder ? edges : edges.reversed()).forEach(Runnable::run);
    });
    return block;
  }

  private static void record(ByteBuffer bytes, int begin, int end, int id) {
    bytes.putInt(begin, end - begin - 4).putInt(begin + 4, id).putInt(end - 4, begin);
  }

  private void point(Block from, int offset, Symbol target) {
    from.addEdge(graph.target().delta32(), offset, target, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void recordsOfAPrunedGraphStayOneBlock(boolean inOrder) {
    Block block = frames(inOrder);

    EhFrame.prepare(graph);
    graph.prune();

    Section section = graph.findSection(EhFrame.SECTION);
    assertThat(section.blocks()).hasSize(2).first().isSameAs(block);
    assertThat(block.size()).isEqualTo(RECORDS_END);
    assertThat(block.edges().asList())
        .extracting(Edge::target)
        .containsExactly(first, personality, second, third);
    assertThat(FrameDescriptions.count(graph)).isEqualTo(3);
    assertThat(FrameDescriptions.of(graph))
        .containsExactly(
            new Entry(0x1000, FIRST_FDE),
            new Entry(0x1010, SECOND_FDE),
            new Entry(0x1020, THIRD_FDE));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void descriptionsOfAPrunedGraphGoWithTheirFunctionsAndCies(boolean inOrder) {
    Block block = frames(inOrder);
    graph.removeBlock(second.block());

    EhFrame.prepare(graph);
    graph.prune();

    int moved = FIRST_FDE + 16;
    assertThat(block.size()).isEqualTo(moved + 16);
    assertThat(block.contentSlice().getInt(moved + 4)).isEqualTo(moved + 4);
    assertThat(block.contentSlice().getInt(moved + 12)).isEqualTo(THIRD_FDE);
    assertThat(block.edges().asList()).extracting(Edge::target).containsExactly(first, third);
    assertThat(graph.externalSymbols()).isEmpty();
    assertThat(FrameDescriptions.of(graph))
        .containsExactly(new Entry(0x1000, FIRST_FDE), new Entry(0x1020, moved));
  }

  @Test
  void nothingIsLeftOfRecordsWhoseFunctionsAreGone() {
    Block block = frames(true);
    List.of(first, second, third).forEach(symbol -> graph.removeBlock(symbol.block()));

    EhFrame.prepare(graph);

    assertThat(block.inGraph()).isFalse();
    assertThat(FrameDescriptions.count(graph)).isZero();
  }

  @Test
  void aDescriptionOfAPrunedGraphNeedsItsCie() {
    Block block = frames(true);
    ByteBuffer content = block.mutableContent();
    content.putInt(THIRD_FDE + 4, THIRD_FDE + 8);

    assertThatThrownBy(() -> EhFrame.prepare(graph))
        .isInstanceOf(MalformedObjectException.class)
        .hasMessageContaining(
            "record at 0x48 refers to a CIE at 0xfffffffffffffffc, and there is none");
  }

  @Test
  void aRelocationOfAPrunedGraphMayNotCrossTheEndOfItsRecord() {
    Block block = frames(true);
    point(block, SECOND_CIE - 2, first);

    assertThatThrownBy(() -> EhFrame.prepare(graph))
        .isInstanceOf(MalformedObjectException.class)
        .hasMessageContaining("record at 0x10 ends at 0x10, amid a relocation at 0xe");
  }
}
