package uruk.tools.run;

import uruk.tools.option.ArgumentStyle;
import uruk.tools.option.Option;

/** The options of {@code uruk run}. */
enum RunOption implements Option {
  CALL(
      "--call",
      ArgumentStyle.NEXT_AND_REST,
      "DECLARATION",
      "call this function, not main, with the ARGUMENTS that follow; print its result"),
  MEMORY("--memory", ArgumentStyle.NONE, "", "print what each object's memory is used for"),
  TIME("--time", ArgumentStyle.NONE, "", "print how long each step and phase of the links took"),
  JSON("--json", ArgumentStyle.NONE, "", "print --memory, --time and --call's result as JSON"),
  GDB("--gdb", ArgumentStyle.NONE, "", "tell gdb of linked code, to debug it with source lines"),
  PERF("--perf", ArgumentStyle.NONE, "", "tell perf of linked functions, in /tmp/perf-PID.map"),
  VERBOSE(
      "-v",
      ArgumentStyle.NONE,
      "",
      "log every link; print where the start's time went, and failures with their stack"),
  HELP("--help", ArgumentStyle.NONE, "", "print this");

  private final String spelling;
  private final ArgumentStyle style;
  private final String argument;
  private final String description;

  RunOption(String spelling, ArgumentStyle style, String argument, String description) {
    this.spelling = spelling;
    this.style = style;
    this.argument = argument;
    this.description = description;
  }

  @Override
  public String spelling() {
    return spelling;
  }

  @Override
  public ArgumentStyle style() {
    return style;
  }

  @Override
  public String argument() {
    return argument;
  }

  @Override
  public String description() {
    return description;
  }
}
