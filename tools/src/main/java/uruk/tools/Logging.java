package uruk.tools;

import uruk.jitlink.host.LibraryLog;

/**
 * Turns the libraries' log on and off. Without {@code -v} they are told that there is none: SLF4J
 * looks for longer than a small program is linked, and cannot be given a provider's name ({@code
 * slf4j.provider}) where the launcher puts all classes, on the boot class path.
 */
public final class Logging {

  private static boolean verbose;

  private Logging() {}

  /** Makes all loggers silent; to be called before the first one is made. */
  static void silence() {
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.setProperty(LibraryLog.PROPERTY, LibraryLog.NONE);
  }

  /** Sends every message to stderr; to be called before the first logger is made. */
  public static void toStandardError() {
    verbose = true;
    System.clearProperty(LibraryLog.PROPERTY);
  }

  /** {@return whether every message was asked for, and not only warnings} */
  static boolean isVerbose() {
    return verbose;
  }
}
