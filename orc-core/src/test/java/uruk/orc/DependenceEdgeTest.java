package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

class DependenceEdgeTest {
  private final SymbolEntry used = symbol("used");
  private final SymbolEntry other = symbol("other");

  private static SymbolEntry symbol(String name) {
    return new SymbolEntry(name, SymbolFlags.EXPORTED, null);
  }

  @RepeatedTest(20)
  void usersComeAndGoInAnyOrder(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    List<DependenceNode> users = new ArrayList<>();
    for (int step = 0; step < 300; step++) {
      if (users.isEmpty() || random.nextInt(5) < 3) {
        users.addFirst(user("user" + step));
      } else {
        DependenceNode gone = users.remove(random.nextInt(users.size()));
        gone.symbolGone(gone.symbol(0));
        assertThat(gone.dependencies()).isEmpty();
      }
      assertThat(used.users()).isEqualTo(users);
      assertThat(other.users()).isEqualTo(users);
    }
  }

  private DependenceNode user(String name) {
    DependenceNode node = new DependenceNode(List.of(symbol(name)));
    node.dependOn(used);
    node.dependOn(other);
    return node;
  }
}
