package uruk.tools.watch;

import uruk.tools.option.Option;

/** The options of {@code uruk watch}, beside those that say what the program is made of. */
@SuppressWarnings("ImmutableEnumChecker") // a line is an immutable record
enum WatchOption implements Option {
  KEEP("--keep", "variables keep their values when their file is replaced"),
  STUBS("--stubs", "calls go through entries, which an update leads elsewhere; the default"),
  PATCH("--patch", "calls lead to the code directly; an update rewrites them"),
  VERBOSE("-v", "log every link; print failures with their stack"),
  HELP("--help", "print this");

  private final Line line;

  WatchOption(String spelling, String description) {
    this.line = new Line(spelling, description);
  }

  @Override
  public Line line() {
    return line;
  }
}
