package uruk.jitlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.ExternalAddressable;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.ApplyFixups;
import uruk.jitlink.x86_64.X86_64;
import uruk.jitlink.x86_64.X86_64EdgeKind;

class KeptFixupsTest {
  private static final long BASE = 0x7f0000001000L;

  private final LinkGraph graph = new LinkGraph("kept.o", X86_64.INSTANCE);
  private final Block block =
      graph.createMutableContentBlock(
          graph.createSection(".data", MemProt.READ_WRITE), 64, 0, 8, 0);
  private final Symbol own =
      graph.addDefinedSymbol(block, 16, "own", 8, Linkage.STRONG, Scope.DEFAULT, false, true);
  private final Symbol other = graph.addExternalSymbol("other", 0, false);

  @BeforeEach
  void link() {
    block.setAddress(BASE);
    ((ExternalAddressable) other.addressable()).resolve(BASE + 0x1000, true);
    block.addEdge(X86_64EdgeKind.POINTER64, 0, own, 4);
    block.addEdge(X86_64EdgeKind.DELTA32, 8, other, -4);
    block.addEdge(X86_64EdgeKind.SIZE32, 12, own, 1);
    block.addEdge(X86_64EdgeKind.NEG_DELTA32, 24, own, 0);
    ApplyFixups.apply(graph);
  }

  private long read(long address, int size) {
    ByteBuffer bytes = block.content();
    int at = block.contentOffset() + (int) (address - BASE);
    return size == 8 ? bytes.getLong(at) : Integer.toUnsignedLong(bytes.getInt(at));
  }

  @Test
  void everyFixupIsKept() {
    KeptFixups kept = KeptFixups.of(graph);

    assertThat(kept.size()).isEqualTo(4);
    assertThat(kept.footprint()).isEqualTo(4 * 16 + 12);
    assertThat(kept.site(1)).isEqualTo(BASE + 8);
    assertThat(kept.kind(1)).isEqualTo(X86_64EdgeKind.DELTA32);
    assertThat(kept.addend(1)).isEqualTo(-4);
    assertThat(kept.target(1)).isEqualTo(BASE + 0x1000);
    assertThat(kept.outsideTarget(1)).isEqualTo("other");
    assertThat(kept.outsideTarget(0)).isNull();
    assertThat(kept.target(0)).isEqualTo(BASE + 16);
  }

  @Test
  void usesOfASymbolAreFound() {
    KeptFixups kept = KeptFixups.of(graph);

    BitSet other = new BitSet();
    other.set(kept.outsideNames().indexOf("other"));
    assertThat(kept.usesOf(other)[other.length() - 1]).containsExactly(1);
    assertThat(kept.outsideNames()).doesNotContain("own");
    assertThat(kept.outsideTargets())
        .containsExactly(new KeptFixups.OutsideTarget("other", BASE + 0x1000));
  }

  @Test
  void untouchedMemoryHoldsWhatItShould() {
    assertThat(KeptFixups.of(graph).verify(this::read)).isEmpty();
  }

  @Test
  void changedMemoryIsFoundWithBothValues() {
    KeptFixups kept = KeptFixups.of(graph);
    block.content().putInt(block.contentOffset() + 12, 77);

    assertThat(kept.verify(this::read))
        .singleElement()
        .asString()
        .isEqualTo("Size32 at 0x7f000000100c: 0x9 is expected, 0x4d is found");
  }

  @Test
  void aTargetThatMovedIsExpectedAtItsNewPlace() {
    KeptFixups kept = KeptFixups.of(graph);
    kept.moved(kept.outsideNames().indexOf("other"), BASE + 0x2000);

    assertThat(kept.target(1)).isEqualTo(BASE + 0x2000);
    assertThat(kept.verify(this::read)).hasSize(1);
  }
}
