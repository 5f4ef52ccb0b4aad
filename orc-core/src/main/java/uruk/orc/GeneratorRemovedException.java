package uruk.orc;

/** A generator that a look-up was to ask, or was asking, has been removed from its dylib. */
public final class GeneratorRemovedException extends OrcException {
  private static final long serialVersionUID = 1;

  GeneratorRemovedException(JITDylib dylib) {
    super(
        "A definition generator of \"%s\" was removed while a look-up held it. Look the symbols up again."
            .formatted(dylib.name()),
        null);
  }
}
