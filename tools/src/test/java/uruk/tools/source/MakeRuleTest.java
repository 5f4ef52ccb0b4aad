package uruk.tools.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MakeRuleTest {

  @Test
  void filesAfterTheColonAreListedAcrossLines() {
    assertThat(MakeRule.prerequisites("out.o: a.c /usr/include/stdio.h \\\n b.h\n"))
        .containsExactly("a.c", "/usr/include/stdio.h", "b.h");
  }

  @Test
  void blanksAndDollarsInNamesAreReadBack() {
    assertThat(MakeRule.prerequisites("out.o: my\\ file.c cost$$.h\n"))
        .containsExactly("my file.c", "cost$.h");
  }

  @Test
  void rulesAndCommentsThatFollowAreRustcs() {
    assertThat(
            MakeRule.prerequisites(
                "a.d: a.rs b.rs\n\na: a.rs b.rs\n\na.rs:\nb.rs:\n\n# env-dep:X=1\n"))
        .containsExactly("a.rs", "b.rs");
  }
}
