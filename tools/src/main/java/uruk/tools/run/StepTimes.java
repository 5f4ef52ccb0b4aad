package uruk.tools.run;

import java.util.ArrayList;
import java.util.List;

/** How long each step of a run took. Starts when it is made. */
final class StepTimes {

  /** One step. */
  record Step(String name, double milliseconds) {}

  private final List<Step> steps = new ArrayList<>();
  private long lastNanoTime = System.nanoTime();

  /** Ends a step, which began where the one before it ended. */
  void finished(String step) {
    long now = System.nanoTime();
    steps.add(new Step(step, (now - lastNanoTime) / 1e6));
    lastNanoTime = now;
  }

  /** {@return all steps, before them what Java's start took; call it at the end} */
  List<Step> steps() {
    List<Step> all = new ArrayList<>(steps);
    double sum = steps.stream().mapToDouble(Step::milliseconds).sum();
    ProcessAge.milliseconds().ifPresent(age -> all.addFirst(new Step("start", age - sum)));
    return all;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps()) {
      text.append("%10.1f ms  %s%n".formatted(step.milliseconds(), step.name()));
    }
    return text.toString();
  }
}
