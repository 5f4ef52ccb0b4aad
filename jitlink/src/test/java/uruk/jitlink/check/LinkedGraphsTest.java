package uruk.jitlink.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.x86_64.X86_64;

class LinkedGraphsTest {

  @Test
  void zerosTakeNoMemoryHoweverManyTheyAre() {
    LinkGraph graph = new LinkGraph("bss.o", X86_64.INSTANCE);
    Section section = graph.createSection(".bss", MemProt.READ_WRITE);
    Block block = graph.createZeroFillBlock(section, 1L << 40, 0x1000, 16, 0);
    graph.addDefinedSymbol(
        block, 1L << 39, "middle", 8, Linkage.STRONG, Scope.DEFAULT, false, true);
    LinkedGraphs linked = new LinkedGraphs();

    linked.add(graph);

    assertThat(new Checker(linked).check("*{8}middle = 0")).isInstanceOf(CheckResult.Passed.class);
    assertThat(new Checker(linked).check("*{8}(middle + 0x7ffffffffc) = 0"))
        .isInstanceOfSatisfying(
            CheckResult.Invalid.class,
            invalid -> assertThat(invalid.message()).contains("4 are there"));
  }
}
