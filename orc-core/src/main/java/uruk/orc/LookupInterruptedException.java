package uruk.orc;

/** The thread was interrupted while it waited for a look-up. Its interrupted status is set. */
public final class LookupInterruptedException extends OrcException {
  private static final long serialVersionUID = 1;

  LookupInterruptedException(SymbolLookupSet names) {
    super("Interrupted while looking up %s".formatted(names), null);
  }
}
