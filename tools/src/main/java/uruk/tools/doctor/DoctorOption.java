package uruk.tools.doctor;

import uruk.tools.option.Option;

/** The options of {@code uruk doctor}. */
@SuppressWarnings("ImmutableEnumChecker") // a line is an immutable record
enum DoctorOption implements Option {
  JSON("--json", "print the findings as one JSON document"),
  HELP("--help", "print this");

  private final Line line;

  DoctorOption(String spelling, String description) {
    this.line = new Line(spelling, description);
  }

  @Override
  public Line line() {
    return line;
  }
}
