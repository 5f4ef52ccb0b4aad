package uruk.orc;

import java.util.List;

/**
 * Resource managers, or the platform, failed while a tracker or a dylib was removed, or a tracker
 * transferred. That is done all the same, and all of them have been called; the cause is the first
 * failure, the others are suppressed exceptions.
 */
public final class ResourceRemovalException extends OrcException {
  private static final long serialVersionUID = 1;

  /**
   * Creates the error.
   *
   * @param what what was done to what: "Tracker t was removed"
   */
  ResourceRemovalException(String what, List<Throwable> failures) {
    super(
        "%s, but those who hold its resources failed %d times: %s"
            .formatted(what, failures.size(), SymbolNames.message(failures.getFirst())),
        failures.getFirst());
    failures.stream().skip(1).forEach(this::addSuppressed);
  }
}
