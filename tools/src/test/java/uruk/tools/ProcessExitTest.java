package uruk.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessExitTest {

  @Test
  void hooksRunWhileThereIsOne() {
    assertThat(ProcessExit.hooksMustRun(Map.of())).isFalse();

    ProcessExit.addsHook();
    ProcessExit.addsHook();
    ProcessExit.removedHook();
    assertThat(ProcessExit.hooksMustRun(Map.of())).isTrue();

    ProcessExit.removedHook();
    assertThat(ProcessExit.hooksMustRun(Map.of())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"URUK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
  void hooksRunIfAgentsAndRecordingsMayHaveSome(String variable) {
    assertThat(ProcessExit.hooksMustRun(Map.of(variable, "-javaagent:agent.jar"))).isTrue();
    assertThat(
            ProcessExit.hooksMustRun(
                Map.of(variable, "-XX:AOTMode=on  -XX:StartFlightRecording:filename=x.jfr")))
        .isTrue();
  }

  @Test
  void optionsOfTheCacheOfClassesNeedNoHooks() {
    assertThat(ProcessExit.hooksMustRun(Map.of("URUK_JAVA_OPTIONS", " -XX:AOTMode=on "))).isFalse();
    assertThat(ProcessExit.hooksMustRun(Map.of("URUK_JAVA_OPTIONS", ""))).isFalse();
  }
}
