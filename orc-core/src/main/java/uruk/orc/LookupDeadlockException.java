package uruk.orc;

/** A blocking look-up would wait for something that can only go on after it returns. */
public final class LookupDeadlockException extends OrcException {
  private static final long serialVersionUID = 1;

  LookupDeadlockException(String chain) {
    super(
        "A blocking look-up would never return: %s. Use the asynchronous look-up here."
            .formatted(chain),
        null);
  }
}
