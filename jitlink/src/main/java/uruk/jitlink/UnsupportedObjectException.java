package uruk.jitlink;

/** An object file is well-formed but asks for something that this linker does not do. */
public final class UnsupportedObjectException extends LinkException {
  private static final long serialVersionUID = 1;

  private final String object;
  private final String feature;

  /**
   * Describes what is asked for.
   *
   * @param object the object file's name
   * @param feature what it asks for, for example {@code R_X86_64_TLSGD} or {@code LLVM bitcode}
   * @param remedy why not and how to mend it, as a sentence
   */
  public UnsupportedObjectException(String object, String feature, String remedy) {
    super(object + ": " + feature + " is not supported. " + remedy);
    this.object = object;
    this.feature = feature;
  }

  /** {@return the object file's name} */
  public String object() {
    return object;
  }

  /** {@return what the object asks for} */
  public String feature() {
    return feature;
  }
}
