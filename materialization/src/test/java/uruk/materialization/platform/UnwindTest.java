package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Unwinding through linked code; in processes of their own, since a frame that is missed ends them.
 */
final class UnwindTest {

  @Test
  void threadsThrowWhileObjectsComeAndGo() throws Exception {
    assertUnwinds(2_000);
  }

  @Test
  @Tag("long")
  void threadsThrowForLongWhileObjectsComeAndGo() throws Exception {
    assertUnwinds(200_000);
  }

  @Test
  void removalTakesNothingThatOtherExceptionsOrRunningFramesNeed() throws Exception {
    assertThat(ChildJvm.run(UnwindScenario.class, "removal"))
        .containsExactly(
            "caught 42",
            "caught 42",
            "after removal 42",
            "in the old frame 42",
            "in the new one 43");
  }

  private static void assertUnwinds(int rounds) throws Exception {
    assertThat(ChildJvm.run(UnwindScenario.class, Integer.toString(rounds)))
        .containsExactly(
            "backtrace true", "dladdr 1", "dl_iterate_phdr 1", "wrong 0", "caught true");
  }
}
