package uruk.jitlink;

/** An object file contradicts its format. */
public final class MalformedObjectException extends LinkException {
  private static final long serialVersionUID = 1;

  private final String object;
  private final String place;

  /**
   * Describes a contradiction.
   *
   * @param object the object file's name
   * @param place the structure that is wrong, for example {@code section 4 (.text)}
   * @param what what is wrong, with numbers
   */
  public MalformedObjectException(String object, String place, String what) {
    super(object + ": " + place + ": " + what);
    this.object = object;
    this.place = place;
  }

  /** {@return the object file's name} */
  public String object() {
    return object;
  }

  /** {@return the structure that is wrong} */
  public String place() {
    return place;
  }
}
