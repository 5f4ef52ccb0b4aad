package uruk.tools.option;

/** One line of a command's option table; a command's options are an enum. */
public interface Option {

  /**
   * What a line of the table says.
   *
   * @param spelling what is typed, such as {@code -L} or {@code --memory}
   * @param style how the option takes its argument
   * @param argument what the argument is called in the help text; empty without argument
   * @param description what the option does, in one line
   */
  record Line(String spelling, ArgumentStyle style, String argument, String description) {

    /** An option without argument. */
    public Line(String spelling, String description) {
      this(spelling, ArgumentStyle.NONE, "", description);
    }
  }

  /** {@return this option's line} */
  Line line();

  /** {@return what is typed} */
  default String spelling() {
    return line().spelling();
  }

  /** {@return how the option takes its argument} */
  default ArgumentStyle style() {
    return line().style();
  }

  /** {@return what the argument is called in the help text; empty without argument} */
  default String argument() {
    return line().argument();
  }

  /** {@return what the option does, in one line} */
  default String description() {
    return line().description();
  }
}
