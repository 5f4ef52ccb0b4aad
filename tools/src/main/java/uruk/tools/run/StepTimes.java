package uruk.tools.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How long each step of a run took. */
final class StepTimes {

  /**
   * One step.
   *
   * @param phases what it was made of, in milliseconds; empty if that is not known
   */
  record Step(String name, double milliseconds, Map<String, Double> phases) {}

  private final List<Step> steps = new ArrayList<>();
  private @Nullable String current;
  private long lastNanoTime = System.nanoTime();

  /** A step begins, and the one before it has ended. */
  void begin(String step) {
    end(Map.of());
    current = step;
  }

  /** The last step has ended. */
  void end() {
    end(Map.of());
  }

  /** The step has ended, and was made of phases. */
  void end(Map<String, Double> phases) {
    long now = System.nanoTime();
    if (current != null) {
      steps.add(new Step(current, (now - lastNanoTime) / 1e6, phases));
    }
    current = null;
    lastNanoTime = now;
  }

  /** {@return all steps, before them what the process's start took; call it at the end} */
  List<Step> steps() {
    List<Step> all = new ArrayList<>(steps);
    double sum = steps.stream().mapToDouble(Step::milliseconds).sum();
    ProcessAge.milliseconds()
        .ifPresent(age -> all.addFirst(new Step("start", age - sum, Map.of())));
    return all;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps()) {
      text.append("%10.1f ms  %s%n".formatted(step.milliseconds(), step.name()));
      step.phases()
          .forEach((phase, milliseconds) ->
              text.append("%10.1f ms    %s%n".formatted(milliseconds, phase)));
    }
    return text.toString();
  }
}
