package uruk.jitlink.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CheckRulesTest {

  @Test
  void rulesStandInCommentsAfterBlanks() {
    assertThat(CheckRules.of("# jitlink-check: a = 1\n\t # jitlink-check:b = 2 \n").rules())
        .containsExactly(new CheckRule("a = 1", 1), new CheckRule("b = 2", 2));
  }

  @Test
  void otherLinesAreNoRules() {
    String text =
        """
        #jitlink-check: a = 1
        #  jitlink-check: a = 1
        ret # jitlink-check: a = 1
        # other-check: a = 1
        """;

    assertThat(CheckRules.of(text).rules()).isEmpty();
  }

  @Test
  void anotherNameSelectsOtherRules() {
    String text = "# jitlink-check: a = 1\n# check-relaxed: b = 2\n";

    assertThat(CheckRules.of(text, "check-relaxed").rules())
        .containsExactly(new CheckRule("b = 2", 2));
  }

  @Test
  void aBackslashJoinsTheNextLineOfItsKind() {
    String text =
        """
        # jitlink-check: a + \\
        # jitlink-check:   b \\
        # jitlink-check:   = 1
        # jitlink-check: c = 2
        """;

    assertThat(CheckRules.of(text).rules())
        .containsExactly(new CheckRule("a +    b    = 1", 1), new CheckRule("c = 2", 4));
  }

  @Test
  void aBackslashBeforeAnotherLineEndsTheRule() {
    assertThat(CheckRules.of("# jitlink-check: a = \\\nret\n# jitlink-check: 1\n").rules())
        .containsExactly(new CheckRule("a =", 1), new CheckRule("1", 3));
  }

  @Test
  void aBackslashAtTheEndOfTheTextEndsTheRule() {
    assertThat(CheckRules.of("# jitlink-check: a = 1 \\").rules())
        .containsExactly(new CheckRule("a = 1", 1));
  }
}
