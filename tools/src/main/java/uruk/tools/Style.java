package uruk.tools;

import java.util.Map;

/** How text for people looks: plain, or with the colours of a terminal (ECMA-48, SGR). */
public enum Style {
  /** For files and pipes, and for who sets {@code NO_COLOR}. */
  PLAIN,
  /** For terminals. */
  COLORED;

  private static final String RESET = "\033[0m";

  /**
   * {@return the style of a stream}
   *
   * @param terminal whether it ends at a terminal
   * @param environment {@code NO_COLOR}, not empty, asks for none (no-color.org); a terminal of
   *     type {@code dumb} has none
   */
  static Style of(boolean terminal, Map<String, String> environment) {
    boolean unwanted = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return terminal && !unwanted && !isDumb(environment) ? COLORED : PLAIN;
  }

  /** {@return whether the terminal knows no control sequences} */
  static boolean isDumb(Map<String, String> environment) {
    return environment.getOrDefault("TERM", "").equals("dumb");
  }

  /** {@return the text as a failure looks} */
  public String bad(String text) {
    return in("\033[1;31m", text);
  }

  /** {@return the text as a warning looks} */
  public String doubtful(String text) {
    return in("\033[33m", text);
  }

  /** {@return the text as a success looks} */
  public String good(String text) {
    return in("\033[32m", text);
  }

  /** {@return the text as a heading looks} */
  public String strong(String text) {
    return in("\033[1m", text);
  }

  private String in(String sequence, String text) {
    return switch (this) {
      case PLAIN -> text;
      case COLORED -> sequence + text + RESET;
    };
  }
}
