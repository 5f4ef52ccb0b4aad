package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Each test runs in a Java process of its own and goes on using the session afterwards. */
final class CallbackTest {

  @Test
  void argumentsAndResultsPassAsTheyAre() throws Exception {
    assertThat(ChildJvm.run(CallbackScenario.class, "arguments", "nothing", "through_cpp:7"))
        .contains("arguments 210", "nothing 101", "through_cpp returned 100001", "done");
  }

  @Test
  void javaExceptionArrivesAsItIsAndFramesOfCppAreCleanedUp() throws Exception {
    List<String> output =
        ChildJvm.run(
            CallbackScenario.class,
            "through_cpp:1",
            "rethrows:1",
            "destructions",
            "through_c:1",
            "without_frame:1",
            "swallows:1",
            "pointer",
            "through_cpp:4",
            "often",
            "java",
            "nothing");

    assertThat(output)
        .contains(
            "through_cpp:1 threw IOException: from Java, cause null",
            "rethrows:1 threw IOException: from Java, cause null",
            "destructions 401",
            "through_c:1 threw IOException: from Java, cause null",
            "without_frame:1 threw IOException: from Java, cause null",
            "swallows returned -2",
            "pointer 42",
            "pointer threw from Java",
            "through_cpp:4 threw StackOverflowError: null, cause null",
            "often 15000",
            "java caught 100001",
            "nothing 101",
            "done");
  }

  @Test
  void exceptionThatMeetsNoexceptIsTheCauseOfTheAbort() throws Exception {
    assertThat(ChildJvm.run(CallbackScenario.class, "promises:1", "nothing"))
        .anyMatch(line ->
            line.startsWith("promises:1 threw NativeCrashException: SIGABRT")
                && line.endsWith("cause java.io.IOException: from Java"))
        .contains("nothing 101", "done");
  }

  @Test
  void faultBelowCallbackEndsTheInnerCallOnly() throws Exception {
    List<String> output =
        ChildJvm.run(
            CallbackScenario.class,
            "through_cpp:3",
            "through_cpp:2",
            "through_cpp:5",
            "destructions",
            "through_cpp:6",
            "java",
            "through_c:3",
            "nothing");

    assertThat(output)
        .contains(
            "inner guard SIGSEGV",
            "through_cpp returned 4",
            "through_cpp:5 threw ForeignException: std::runtime_error: from below, cause null",
            "destructions 700",
            "through_c returned 4",
            "java caught 100001",
            "nothing 101",
            "done")
        .anyMatch(line ->
            line.startsWith("through_cpp:2 threw NativeCrashException: SIGSEGV at address 0x10"))
        .anyMatch(line -> line.startsWith("through_cpp:6 threw NativeCrashException: SIGSEGV"));
  }

  @Test
  void everyThreadGetsItsOwnExceptions() throws Exception {
    assertThat(ChildJvm.run(CallbackScenario.class, "threads", "virtual", "java", "nothing"))
        .containsExactly("threads", "virtual threads", "java caught 100001", "nothing 101", "done");
  }
}
