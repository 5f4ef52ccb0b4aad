package uruk.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import uruk.docs.ConsoleSession.Command;

class ConsoleSessionTest {

  @Test
  void eachCommandHasItsOutputAndStatus() {
    assertThat(ConsoleSession.of("$ echo a\na\n$ false\n[1]\n").commands())
        .containsExactly(new Command("echo a", "a\n", 0), new Command("false", "", 1));
  }

  @Test
  void twoDotsInBracketsStandForAnythingInALine() {
    Command command = new Command("x", "took [..] ms\n", 0);
    assertThat(command.matches("took 12 ms\n")).isTrue();
    assertThat(command.matches("took 12\nms\n")).isFalse();
  }

  @Test
  void threeDotsStandForAnyLines() {
    Command command = new Command("x", "first\n...\nlast\n", 0);
    assertThat(command.matches("first\nlast\n")).isTrue();
    assertThat(command.matches("first\na\nb\nlast\n")).isTrue();
    assertThat(command.matches("first\na\n")).isFalse();
  }

  @Test
  void otherOutputDoesNotMatch() {
    assertThat(new Command("x", "a.c\n", 0).matches("abc\n")).isFalse();
  }
}
