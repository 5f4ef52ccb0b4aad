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
}
