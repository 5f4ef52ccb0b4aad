package uruk.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessExitTest {

  @Test
  void hooksAreCountedWhileTheyAreThere() {
    int others = ProcessExit.hooks(); // of other tests

    ProcessExit.addsHook();
    ProcessExit.addsHook();
    ProcessExit.removedHook();
    assertThat(ProcessExit.hooks()).isEqualTo(others + 1);

    ProcessExit.removedHook();
    assertThat(ProcessExit.hooks()).isEqualTo(others);
  }

  @ParameterizedTest
  @ValueSource(strings = {"URUK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
  void hooksRunIfAgentsAndRecordingsMayHaveSome(String variable) {
    assertThat(ProcessExit.mayBringHooks(Map.of(variable, "-javaagent:agent.jar"))).isTrue();
    assertThat(
            ProcessExit.mayBringHooks(
                Map.of(variable, "-XX:AOTMode=on  -XX:StartFlightRecording:filename=x.jfr")))
        .isTrue();
  }

  @Test
  void optionsOfTheCacheOfClassesAndOfTheLogNeedNoHooks() {
    assertThat(ProcessExit.mayBringHooks(Map.of("URUK_JAVA_OPTIONS", " -XX:AOTMode=on  -Xlog:gc ")))
        .isFalse();
    assertThat(ProcessExit.mayBringHooks(Map.of("URUK_JAVA_OPTIONS", ""))).isFalse();
  }
}
