package uruk.orc;

import java.util.List;

/**
 * Resource managers, or the platform, failed while a tracker or a dylib was removed. All of them
 * have been called; the cause is the first failure, the others are suppressed exceptions.
 */
public final class ResourceRemovalException extends OrcException {
  private static final long serialVersionUID = 1;

  ResourceRemovalException(String what, List<Throwable> failures) {
    super(
        "%s was removed, but releasing its resources failed %d times: %s"
            .formatted(what, failures.size(), failures.getFirst().getMessage()),
        failures.getFirst());
    failures.stream().skip(1).forEach(this::addSuppressed);
  }
}
