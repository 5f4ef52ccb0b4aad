package uruk.tools.doctor;

import uruk.tools.option.Option;

/** The options of {@code uruk doctor}. */
enum DoctorOption implements Option {
  JSON("--json", "print the findings as one JSON document"),
  HELP("--help", "print this");

  private final String spelling;
  private final String description;

  DoctorOption(String spelling, String description) {
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
