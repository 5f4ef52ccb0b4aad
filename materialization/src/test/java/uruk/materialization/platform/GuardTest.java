package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Each test runs in a Java process of its own and goes on using the session afterwards. */
final class GuardTest {

  @Test
  void faultsArriveWithTheirPlaceAndTheSessionGoesOn() throws Exception {
    List<String> output =
        ChildJvm.run(
            GuardScenario.class,
            "bad_load:8",
            "divide",
            "bus",
            "illegal",
            "copies",
            "calls_nowhere",
            "aborts",
            "java",
            "bad_load:8",
            "add",
            "java");

    assertThat(output)
        .filteredOn(line ->
            line.matches(
                "bad_load threw NativeCrashException: \\[SIGSEGV at address 0x8 in load\\+0xc"
                    + " \\(crash.o, .*crash.c:6:34\\), \tcalled by bad_load\\+0x18"
                    + " \\(crash.o, .*crash.c:7:32\\)]"))
        .hasSize(2);
    assertThat(output)
        .anyMatch(line -> line.startsWith("copies place copies+0x"))
        .anyMatch(line -> line.startsWith("aborts place aborts+0x"))
        .anyMatch(line -> line.startsWith("divide threw NativeCrashException: [SIGFPE"))
        .anyMatch(line ->
            line.matches("bus threw NativeCrashException: \\[SIGBUS at address 0x\\w+ in bus\\+.*"))
        .anyMatch(line -> line.startsWith("illegal threw NativeCrashException: [SIGILL"))
        .anyMatch(
            line -> line.startsWith("copies threw NativeCrashException: [SIGSEGV at address 0x10"))
        .anyMatch(line ->
            line.startsWith("calls_nowhere threw NativeCrashException: [SIGSEGV at address 0x0")
                && line.contains("called by calls_nowhere+0x"))
        .anyMatch(line -> line.startsWith("aborts threw NativeCrashException: [SIGABRT"))
        .contains("add returned 0", "done")
        .filteredOn("java caught 100001"::equals)
        .hasSize(2);
  }

  @Test
  void runawayRecursionEndsTheCallOnEveryKindOfThread() throws Exception {
    List<String> output = ChildJvm.run(GuardScenario.class, "runaway", "threads", "java", "add");

    assertThat(output)
        .filteredOn(line -> line.startsWith("runaway threw NativeCrashException: [SIGSEGV"))
        .hasSize(5);
    assertThat(output).contains("java caught 100001", "add returned 0", "done");
  }

  @Test
  void exceptionsThatEscapeArriveWithTypeAndText() throws Exception {
    List<String> output =
        ChildJvm.run(
            GuardScenario.class,
            "throws:0",
            "throws:1",
            "throws:2",
            "throws:3",
            "throws:4",
            "throws:5",
            "destructions");

    assertThat(output)
        .contains(
            "throws threw ForeignException: [std::runtime_error: it broke]",
            "throws threw ForeignException: [int]",
            "throws threw ForeignException: [odd: odd one]",
            "throws threw ForeignException: [deep: deep]",
            "throws threw ForeignException: [std::out_of_range: inner]",
            "destructions returned 6",
            "done")
        .anyMatch(
            line -> line.startsWith("throws threw ForeignException: [std::__cxx11::basic_string"));
  }

  @Test
  void exitEndsTheCallAndNotTheProcess() throws Exception {
    List<String> output =
        ChildJvm.run(
            GuardScenario.class, "exits:3", "exits_at_once:4", "exits_quickly:5", "add", "java");

    assertThat(output)
        .contains(
            "exits threw NativeExitException: [linked code asked the process to exit with status 3]",
            "add returned 0",
            "done")
        .filteredOn(line -> line.contains("NativeExitException"))
        .hasSize(3);
  }

  @Test
  void handlesOfAnySignatureAreGuarded() throws Exception {
    assertThat(ChildJvm.run(GuardScenario.class, "signature"))
        .contains("many 210", "make 7", "divide 3", "divide threw SIGFPE", "done");
  }
}
