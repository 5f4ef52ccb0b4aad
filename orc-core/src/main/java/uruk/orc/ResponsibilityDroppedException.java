package uruk.orc;

/** A unit lost its responsibility without emitting or failing these symbols. */
public final class ResponsibilityDroppedException extends OrcException {
  private static final long serialVersionUID = 1;

  ResponsibilityDroppedException(String unit) {
    super(
        "%s dropped its MaterializationResponsibility before it emitted or failed all symbols"
            .formatted(unit),
        null);
  }
}
