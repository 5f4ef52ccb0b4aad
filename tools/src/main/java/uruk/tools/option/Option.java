package uruk.tools.option;

/** One line of a command's option table. */
public interface Option {

  /** {@return what is typed, such as {@code -L} or {@code --memory}} */
  String spelling();

  /** {@return how the option takes its argument; an option that does not say has none} */
  default ArgumentStyle style() {
    return ArgumentStyle.NONE;
  }

  /** {@return what the argument is called in the help text; empty without argument} */
  default String argument() {
    return "";
  }

  /** {@return what the option does, in one line} */
  String description();
}
