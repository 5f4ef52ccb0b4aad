package uruk.jitlink.pass;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.x86_64.X86_64;

class EhFrameTest {
  private final LinkGraph graph = new LinkGraph("test", X86_64.INSTANCE);

  /** Fixed up, such a record would be longer, or a CIE would describe a function. */
  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void relocationsInTheFrameOfARecordAreRefused(int offset) {
    Section text = graph.createSection(".text", MemProt.READ_EXEC);
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
}
