package uruk.tools.doctor;

/**
 * What was found out about one thing.
 *
 * @param subject what was looked at
 * @param verdict whether it will do
 * @param detail what is there
 * @param remedy what to do about it, as a sentence; empty if nothing needs to be done
 */
record Finding(String subject, Verdict verdict, String detail, String remedy) {

  /** Whether the thing will do. */
  enum Verdict {
    /** As it should be. */
    GOOD("ok"),
    /** Linking and running work without it; something else does not. */
    LIMITED("limited"),
    /** Nothing can be linked or run. */
    BROKEN("broken");

    private final String word;

    Verdict(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  static Finding good(String subject, String detail) {
    return new Finding(subject, Verdict.GOOD, detail, "");
  }

  static Finding limited(String subject, String detail, String remedy) {
    return new Finding(subject, Verdict.LIMITED, detail, remedy);
  }

  static Finding broken(String subject, String detail, String remedy) {
    return new Finding(subject, Verdict.BROKEN, detail, remedy);
  }
}
