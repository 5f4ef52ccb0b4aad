package uruk.orc;

/** A generator suspended a look-up, and then lost the {@link LookupState} that lets it go on. */
public final class SuspensionDroppedException extends OrcException {
  private static final long serialVersionUID = 1;

  SuspensionDroppedException(JITDylib dylib) {
    super(
        "A definition generator of \"%s\" suspended a look-up and dropped its LookupState. Keep it, and call continueLookup."
            .formatted(dylib.name()),
        null);
  }
}
