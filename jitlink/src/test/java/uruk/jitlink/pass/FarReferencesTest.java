package uruk.jitlink.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.x86_64.X86_64;
import uruk.jitlink.x86_64.X86_64EdgeKind;

class FarReferencesTest {
  /** {@code lea far(%rip), %rax}. */
  private static final byte[] LEA = {0x48, (byte) 0x8d, 0x05, 0, 0, 0, 0};

  private static final byte CALL = (byte) 0xe8;
  private static final byte MOV = (byte) 0x8b;

  private final LinkGraph graph = new LinkGraph("far.o", X86_64.INSTANCE);

  /** Decoding it from its beginning for each of them would take minutes. */
  @Test
  @Timeout(20)
  void aLargeFunctionIsDecodedOnceHoweverManyReferencesItHas() {
    int count = 150_000;
    ByteBuffer code = ByteBuffer.allocate(LEA.length * count);
    for (int i = 0; i < count; i++) {
      code.put(LEA);
    }
    Section text = graph.createSection(".text", MemProt.READ_EXEC);
    Block block = graph.createContentBlock(text, code.array(), 0x10000, 16, 0);
    graph.addAnonymousSymbol(block, 0, code.capacity(), true, true);
    Symbol far = graph.addAbsoluteSymbol("far", 1L << 40, 0, Linkage.STRONG, Scope.DEFAULT, true);
    for (int i = 0; i < count; i++) {
      block.addEdge(X86_64EdgeKind.PC_REL32, LEA.length * i + 3, far, 0);
    }

    new FarReferences().run(graph);

    for (int i = 0; i < count; i++) {
      assertThat(block.content().get(block.contentOffset() + LEA.length * i + 1)).isEqualTo(MOV);
      assertThat(block.edges().target(i)).isNotEqualTo(far);
    }
  }

  /** {@code call far}, {@code lea far(%rip), %rax}, {@code call far}; relocations in no order. */
  @Test
  void branchesShareAStubAndWhatIsBesideThemIsFoundInAnyOrderOfReferences() {
    byte[] code = {CALL, 0, 0, 0, 0, 0x48, (byte) 0x8d, 0x05, 0, 0, 0, 0, CALL, 0, 0, 0, 0};
    Section text = graph.createSection(".text", MemProt.READ_EXEC);
    Block block = graph.createContentBlock(text, code, 0x10000, 16, 0);
    graph.addAnonymousSymbol(block, 0, code.length, true, true);
    Symbol far = graph.addAbsoluteSymbol("far", 1L << 40, 0, Linkage.STRONG, Scope.DEFAULT, true);
    block.addEdge(X86_64EdgeKind.BRANCH_PC_REL32, 13, far, 0);
    block.addEdge(X86_64EdgeKind.PC_REL32, 8, far, 0);
    block.addEdge(X86_64EdgeKind.BRANCH_PC_REL32, 1, far, 0);
    block.keepAlive(far);

    new FarReferences().run(graph);

    Symbol stub = targetAt(block, 1);
    assertThat(stub.section().memProt()).isEqualTo(MemProt.READ_EXEC);
    assertThat(targetAt(block, 13)).isSameAs(stub);
    assertThat(targetAt(block, 8).section().memProt()).isEqualTo(MemProt.READ);
    assertThat(block.content().get(block.contentOffset() + 6)).isEqualTo(MOV);
    assertThat(targetAt(block, 0)).isSameAs(far);
  }

  private static Symbol targetAt(Block block, int offset) {
    return block.edges().at(offset).getFirst().target();
  }
}
