package uruk.tools.option;

/**
 * One argument of a command line, in the order typed.
 *
 * @param <O> the command's option table
 */
public sealed interface Argument<O extends Option> {

  /**
   * An option with its value.
   *
   * @param <O> the command's option table
   * @param option the line of the table
   * @param value the option's argument; empty without one
   */
  record Setting<O extends Option>(O option, String value) implements Argument<O> {}

  /**
   * A word that is no option, such as a file.
   *
   * @param <O> the command's option table
   * @param word as typed
   */
  record Operand<O extends Option>(String word) implements Argument<O> {}
}
