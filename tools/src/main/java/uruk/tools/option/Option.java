package uruk.tools.option;

/** One line of a command's option table. */
public interface Option {

  /** {@return what is typed, such as {@code -L} or {@code --memory}} */
  String spelling();

  /** {@return how the option takes its argument} */
  ArgumentStyle style();

  /** {@return what the argument is called in the help text; empty without argument} */
  String argument();

  /** {@return what the option does, in one line} */
  String description();
}
