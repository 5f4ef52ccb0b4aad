package uruk.tools;

/** What the process's exit status says; {@code uruk run} also passes on the program's own. */
public final class ExitStatus {

  /** All went well. */
  public static final int SUCCESS = 0;

  /** The arguments make no sense. */
  public static final int WRONG_USAGE = 2;

  /** Compiling, loading or linking failed. */
  public static final int FAILURE = 3;

  private ExitStatus() {}
}
