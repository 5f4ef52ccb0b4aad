package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens on threads that linked code has created; each in a process of its own. */
final class LinkedThreadTest {

  @ParameterizedTest
  @CsvSource({
    "by_pthread, 1, 139, SIGSEGV at address 0x10 in load+0xc (threads.o",
    "by_pthread, 2, 139, SIGSEGV",
    "by_pthread, 3, 134, SIGABRT",
    "by_pthread, 7, 139, SIGSEGV at address 0x18",
    "by_pthread, 11, 136, SIGFPE",
    "by_c11, 2, 139, SIGSEGV",
    "by_thread, 1, 139, SIGSEGV at address 0x10 in load+0xc (threads.o",
    "by_thread, 2, 139, SIGSEGV",
    "by_async, 2, 139, SIGSEGV",
    "by_throw, 0, 134, SIGABRT",
  })
  void crashIsReportedWithItsPlaceAndEndsTheProcess(
      String function, String what, int status, String report) throws Exception {
    List<String> output =
        ChildJvm.runTo(status, LinkedThreadScenario.class, "by_pthread", "0", function, what);

    assertThat(output)
        .contains("Java on its thread", "by_pthread returned 0")
        .anyMatch(line -> line.startsWith("reported " + report))
        .anyMatch(line -> line.startsWith("A thread of linked code crashed: " + report))
        .doesNotContain("done", "shutdown hook");
    if (!function.equals("by_throw")) {
      assertThat(output)
          .anyMatch(line -> line.startsWith("reported ") && line.contains("(threads.o, "));
    }
  }

  @Test
  void exitEndsTheProcessThroughTheProgramsExitFunctionsAndJavasShutdown() throws Exception {
    assertThat(ChildJvm.runTo(7, LinkedThreadScenario.class, "by_pthread", "4"))
        .containsSubsequence("exit function", "finalizer", "shutdown hook")
        .doesNotContain("done", "quick exit function");
    assertThat(ChildJvm.runTo(7, LinkedThreadScenario.class, "by_async", "4"))
        .contains("finalizer", "shutdown hook");
  }

  @Test
  void quickExitAndExitAtOnceRunNoMoreThanTheyShould() throws Exception {
    assertThat(ChildJvm.runTo(8, LinkedThreadScenario.class, "by_pthread", "5"))
        .contains("quick exit function")
        .doesNotContain("exit function", "finalizer", "shutdown hook");
    assertThat(ChildJvm.runTo(9, LinkedThreadScenario.class, "by_pthread", "6"))
        .doesNotContain("exit function", "finalizer", "shutdown hook", "quick exit function");
  }

  @Test
  void threadsThatEndWellLeaveTheProgramAsItWas() throws Exception {
    List<String> output =
        ChildJvm.run(
            LinkedThreadScenario.class,
            "by_pthread",
            "8",
            "by_pthread",
            "42",
            "by_c11",
            "43",
            "by_thread",
            "44",
            "by_async",
            "45",
            "crash",
            "1",
            "by_pthread",
            "0");

    assertThat(output)
        .contains(
            "by_pthread returned 5",
            "by_pthread returned 42",
            "by_c11 returned 43",
            "by_thread returned 44",
            "by_async returned 45",
            "by_pthread returned 0",
            "done")
        .anyMatch(line -> line.startsWith("crash threw SIGSEGV"))
        .containsSubsequence("exit function", "finalizer", "done", "shutdown hook");
  }

  @Test
  void callbackThereHasAGuardOfItsOwn() throws Exception {
    assertThat(ChildJvm.run(LinkedThreadScenario.class, "by_pthread", "10", "by_thread", "10"))
        .filteredOn(line -> line.startsWith("crash threw SIGSEGV"))
        .hasSize(2);
  }

  @Test
  void javaExceptionThatNobodyCanCatchIsReportedAndEndsTheProcess() throws Exception {
    assertThat(ChildJvm.runTo(1, LinkedThreadScenario.class, "by_pthread", "9"))
        .contains("reported thrown in a call-back", "shutdown hook")
        .anyMatch(line -> line.contains("No guarded call is below"))
        .doesNotContain("done");
  }
}
