package uruk.tools.watch;

import uruk.tools.option.Option;

/** The options of {@code uruk watch}, beside those that say what the program is made of. */
enum WatchOption implements Option {
  KEEP("--keep", "variables keep their values when their file is replaced"),
  STUBS("--stubs", "calls go through entries, which an update leads elsewhere; the default"),
  PATCH("--patch", "calls lead to the code directly; an update rewrites them"),
  VERBOSE("-v", "log every link; print failures with their stack"),
  HELP("--help", "print this");

  private final String spelling;
  private final String description;

  WatchOption(String spelling, String description) {
    this.spelling = spelling;
    this.description = description;
  }

  @Override
  public String spelling() {
    return spelling;
  }

  @Override
  public String description() {
    return description;
  }
}
