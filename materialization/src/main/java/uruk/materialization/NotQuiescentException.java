package uruk.materialization;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Calls went on for longer than the update was to wait. Nothing has changed. */
public final class NotQuiescentException extends UpdateException {
  private static final long serialVersionUID = 1;

  private final transient List<Pin.CallUnderWay> inside;

  NotQuiescentException(Duration waited, List<Pin.CallUnderWay> inside) {
    super(
        "The update has waited %d ms for calls to end:%n%s%nWait longer, or update without Quiescent."
            .formatted(
                waited.toMillis(),
                inside.stream().map(call -> "  " + call).collect(Collectors.joining("\n"))));
    this.inside = List.copyOf(inside);
  }

  /** {@return the calls that had not ended} */
  public List<Pin.CallUnderWay> inside() {
    return inside;
  }
}
