package uruk.jitlink.archive;

import uruk.jitlink.LinkException;

/** A linker script that is not one, or that uses a command which has no meaning for a JIT. */
public final class MalformedLinkerScriptException extends LinkException {

  private static final long serialVersionUID = 1L;

  private final String file;
  private final int line;
  private final int column;

  /**
   * Builds the text {@code file:line:column: what. How to mend.}
   *
   * @param file the script
   * @param line from 1
   * @param column from 1, in characters
   * @param what what is wrong, without a full stop
   * @param mend what the user can do, as a sentence
   */
  public MalformedLinkerScriptException(
      String file, int line, int column, String what, String mend) {
    super("%s:%d:%d: %s. %s".formatted(file, line, column, what, mend));
    this.file = file;
    this.line = line;
    this.column = column;
  }

  /** {@return the script} */
  public String file() {
    return file;
  }

  /** {@return the line of the complaint, from 1} */
  public int line() {
    return line;
  }

  /** {@return the column of the complaint, from 1, in characters} */
  public int column() {
    return column;
  }
}
