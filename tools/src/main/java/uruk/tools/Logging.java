package uruk.tools;

/**
 * Turns the libraries' log on and off. Finding and setting up a logger takes longer than a link of
 * a small program, so without {@code -v} the logging facade is told at once that there is none.
 */
public final class Logging {

  private static final String PROVIDER = "slf4j.provider";
  private static boolean verbose;

  private Logging() {}

  /** Makes all loggers silent; to be called before the first one is made. */
  static void silence() {
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.setProperty(PROVIDER, "org.slf4j.helpers.NOP_FallbackServiceProvider");
  }

  /** Sends every message to stderr; to be called before the first logger is made. */
  public static void toStandardError() {
    verbose = true;
    System.setProperty(PROVIDER, "ch.qos.logback.classic.spi.LogbackServiceProvider");
  }

  /** {@return whether every message was asked for, and not only warnings} */
  static boolean isVerbose() {
    return verbose;
  }
}
