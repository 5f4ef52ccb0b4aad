package uruk.tools.run;

import uruk.tools.option.ArgumentStyle;
import uruk.tools.option.Option;

/** The options of {@code uruk run}. */
@SuppressWarnings("ImmutableEnumChecker") // a line is an immutable record
enum RunOption implements Option {
  CALL(
      "--call",
      ArgumentStyle.NEXT_AND_REST,
      "DECLARATION",
      "call this function, not main, with the ARGUMENTS that follow; print its result"),
  MEMORY("--memory", "print what each object's memory is used for"),
  TIME("--time", "print how long each step and phase of the links took"),
  JSON("--json", "print --memory, --time and --call's result as JSON"),
  GDB("--gdb", "tell gdb of linked code, to debug it with source lines"),
  PERF("--perf", "tell perf of linked functions, in /tmp/perf-PID.map"),
  EXPORT("-rdynamic", "let dlsym and libraries that the program opens find its symbols"),
  VERBOSE("-v", "log every link; print where the start's time went, and failures with their stack"),
  HELP("--help", "print this");

  private final Line line;

  RunOption(String spelling, ArgumentStyle style, String argument, String description) {
    this.line = new Line(spelling, style, argument, description);
  }

  RunOption(String spelling, String description) {
    this.line = new Line(spelling, description);
  }

  @Override
  public Line line() {
    return line;
  }
}
