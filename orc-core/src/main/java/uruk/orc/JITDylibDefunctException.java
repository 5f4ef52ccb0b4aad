package uruk.orc;

/** The dylib is being closed or is closed: nothing can be added to it. */
public final class JITDylibDefunctException extends OrcException {
  private static final long serialVersionUID = 1;

  private final transient JITDylib dylib;

  JITDylibDefunctException(JITDylib dylib) {
    super(
        "The JITDylib \"%s\" is defunct: it has been removed from its session"
            .formatted(dylib.name()),
        null);
    this.dylib = dylib;
  }

  /** {@return the defunct dylib} */
  public JITDylib dylib() {
    return dylib;
  }
}
