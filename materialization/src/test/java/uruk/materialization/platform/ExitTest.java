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
  void deinitializingRunsThoseOfQuickExitsInTheOrderOfAll() throws Exception {
    assertThat(ChildJvm.run(ExitScenario.class, "quick", "deinitialize"))
        .containsExactly(
            "deinitialize", "ran 8", "ran 4", "ran 8", "ran 1", "ran 2", "closing", "done");
    assertThat(ChildJvm.run(ExitScenario.class, "quick", "close"))
        .containsExactly("close", "closing", "ran 8", "ran 4", "ran 8", "ran 1", "ran 2", "done");
  }

  @Test
  void exitsAndQuickExitsRunTheirOwnAndDropTheOthers() throws Exception {
    assertThat(ChildJvm.run(ExitScenario.class, "quick", "exit"))
        .containsExactly("exit", "ran 4", "ran 1", "ran 2", "closing", "done");
    assertThat(ChildJvm.run(ExitScenario.class, "quick", "quick exit"))
        .containsExactly("quick exit", "ran 8", "ran 8", "closing", "ran 2", "done");
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
