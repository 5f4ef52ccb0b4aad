package uruk.jitlink.host;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * Makes the libraries' loggers. To find out who takes messages keeps SLF4J busy for longer than a
 * link of a small program, so a process that wants none of them can say so beforehand.
 */
public final class LibraryLog {
  /**
   * The system property that says with the value {@value #NONE} that nobody takes messages. It is
   * read when a class that logs is used for the first time.
   */
  public static final String PROPERTY = "uruk.log";

  /** The value of {@link #PROPERTY} with which SLF4J is not asked for loggers. */
  public static final String NONE = "none";

  private LibraryLog() {}

  /** {@return the logger of a class: SLF4J's, or one that says nothing} */
  public static Logger of(Class<?> user) {
    return NONE.equals(System.getProperty(PROPERTY))
        ? NOPLogger.NOP_LOGGER
        : LoggerFactory.getLogger(user);
  }
}
