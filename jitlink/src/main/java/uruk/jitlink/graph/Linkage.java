package uruk.jitlink.graph;

/** Which definition of a name wins where several exist. */
public enum Linkage {
  /** Wins over weak definitions; two of them clash. */
  STRONG("strong"),
  /** Gives way to a strong definition, and to an earlier weak one. */
  WEAK("weak");

  private final String text;

  Linkage(String text) {
    this.text = text;
  }

  /** {@return the word graph dumps use} */
  @Override
  public String toString() {
    return text;
  }
}
