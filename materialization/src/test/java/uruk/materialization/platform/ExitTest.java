package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Initializers of dylibs, and what runs at the ends of programs and threads. */
final class ExitTest {

  @Test
  void theyRunAtTheEndOfEachThreadAndInReverseAtTheProgramsEnd() throws Exception {
    assertThat(ChildJvm.run(ExitScenario.class, "kept"))
        .containsExactly(
            "Java thread",
            "ran 3",
            "threads of linked code",
            "ran 0",
            "ran 3",
            "ran 3",
            "this thread",
            "ran 3",
            "deinitialize",
            "ran 4",
            "ran 1",
            "ran 2",
            "closing",
            "done");
  }

  @Test
  void removalDropsThemOnAllThreadsWithoutRunningThem() throws Exception {
    assertThat(ChildJvm.run(ExitScenario.class, "removed"))
        .containsExactly("ran 0", "remove", "closing", "done");
  }

  @Test
  void initializersOfDependenciesRunFirstAndEachOnce() throws Exception {
    assertThat(ChildJvm.run(ExitScenario.class, "order"))
        .containsExactly("ran 5", "ran 6", "again", "ran 7", "closing", "done");
  }

  @Test
  void everyDylibHasItsOwn() throws Exception {
    assertThat(ChildJvm.run(ExitScenario.class, "dylibs"))
        .containsExactly(
            "handles differ true",
            "deinitialize other",
            "ran 4",
            "ran 1",
            "ran 2",
            "deinitialize main",
            "ran 1",
            "ran 2",
            "again",
            "ran 1",
            "ran 2",
            "closing",
            "done");
  }
}
