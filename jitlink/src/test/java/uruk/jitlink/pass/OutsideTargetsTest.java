package uruk.jitlink.pass;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.x86_64.X86_64;
import uruk.jitlink.x86_64.X86_64EdgeKind;

class OutsideTargetsTest {
  private final LinkGraph graph = new LinkGraph("g", X86_64.INSTANCE);
  private final Block block =
      graph.createContentBlock(
          graph.createSection(".text", MemProt.READ_EXEC), new byte[64], 0, 1, 0);

  private List<Integer> found(OutsideTargets targets) {
    List<Integer> found = new ArrayList<>();
    int size = block.edges().size();
    for (int i = targets.next(block.edges(), 0); i < size; i = targets.next(block.edges(), i + 1)) {
      found.add(i);
    }
    return found;
  }

  private void edge(Symbol target) {
    block.addEdge(X86_64EdgeKind.DELTA32, 4 * block.edges().size(), target, 0);
  }

  @Test
  void findsWhatTheGraphDoesNotDefine() {
    Symbol inside = graph.addAnonymousSymbol(block, 8, 8, false, false);
    Symbol external = graph.addExternalSymbol("external", 0, false);
    Symbol absolute =
        graph.addAbsoluteSymbol("absolute", 0x1234, 0, Linkage.STRONG, Scope.LOCAL, false);
    List.of(inside, external, inside, inside, absolute, external, inside).forEach(this::edge);

    assertThat(found(OutsideTargets.of(graph))).containsExactly(1, 4, 5);
  }

  @Test
  void symbolsThatAreMadeLaterAreTheGraphsOwn() {
    edge(graph.addExternalSymbol("external", 0, false));
    OutsideTargets targets = OutsideTargets.of(graph);

    edge(graph.addAnonymousSymbol(block, 8, 8, false, false));

    assertThat(found(targets)).containsExactly(0);
  }
}
