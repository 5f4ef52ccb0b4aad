package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uruk.materialization.platform.ChildJvm;

/**
 * Adding, removing and replacing for a long time leaves no memory, mapping or file behind.
 *
 * <p>In a JVM of its own, where nothing else takes memory: the heap is there as a whole from the
 * start, and only the first compiler runs. (The second one takes and gives back tens of megabytes
 * as it likes: Native Memory Tracking shows them as arena chunks.) Entries are used again there.
 */
class ManyCyclesTest {
  private static final List<String> QUIET_JVM =
      List.of("-Xms128m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  @ParameterizedTest
  @EnumSource
  void manyCyclesLeaveNothing(ManyCyclesScenario.Kind kind) throws Exception {
    run(kind, 3_000);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void aHundredThousandCyclesLeaveNothing(ManyCyclesScenario.Kind kind) throws Exception {
    run(kind, 100_000);
  }

  private static void run(ManyCyclesScenario.Kind kind, int cycles) throws Exception {
    assertThat(
            ChildJvm.runWith(
                QUIET_JVM, ManyCyclesScenario.class, kind.name(), Integer.toString(cycles)))
        .contains("nothing left after " + cycles + " cycles");
  }
}
