package uruk.materialization.platform;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jit.Jit;

/** Runs a program that takes signals for itself, and then what the JVM needs them for. */
final class SignalScenario {
  private static final int ROUNDS = 20_000;

  private SignalScenario() {}

  public static void main(String[] arguments) {
    Guard.install();
    try (Jit jit = Jit.create()) {
      jit.add(Path.of(arguments[0]));
      List<SignalAction> before = actions();
      System.out.println("status " + jit.runMain("program", List.of()));
      System.out.println(actions().equals(before) ? "handlers are back" : "handlers are lost");
    }
    int caught = 0;
    for (int round = 0; round < ROUNDS; round++) {
      caught += catches(round % 2 == 0 ? null : "text");
    }
    System.out.println("caught " + caught);
  }

  /** {@return what the process does about the signals that end a guarded call} */
  static List<SignalAction> actions() {
    return Arrays.stream(GuardRuntime.Signal.values())
        .map(signal -> SignalAction.of(signal.number))
        .toList();
  }

  /** Compiled code finds a null by the fault. */
  @SuppressWarnings({"NullAway", "DataFlowIssue"})
  private static int catches(@Nullable String text) {
    try {
      return text.length() > 100 ? 1 : 0;
    } catch (NullPointerException expected) {
      return 1;
    }
  }
}
