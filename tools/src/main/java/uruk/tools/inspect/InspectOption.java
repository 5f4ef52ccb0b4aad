package uruk.tools.inspect;

import uruk.tools.option.ArgumentStyle;
import uruk.tools.option.Option;

/** The options of {@code uruk inspect}. */
@SuppressWarnings("ImmutableEnumChecker") // a line is an immutable record
enum InspectOption implements Option {
  GRAPH("--graph", ArgumentStyle.EQUALS_OR_NEXT, "FORMAT", "the link graph as text, dot or json"),
  AFTER("--after", ArgumentStyle.EQUALS_OR_NEXT, "PHASE", "... as it stands after PHASE"),
  ADDRESS("--address", ArgumentStyle.EQUALS_OR_NEXT, "HEX", "... linked at this pretended address"),
  SYMBOL("--symbol", ArgumentStyle.EQUALS_OR_NEXT, "NAME", "only what concerns this symbol"),
  MEMBER("--member", ArgumentStyle.EQUALS_OR_NEXT, "NAME", "this member of an archive"),
  DISASSEMBLE("--disassemble", "machine code as objdump shows it"),
  JSON("--json", "all as one JSON document"),
  OUTPUT("-o", ArgumentStyle.JOINED_OR_NEXT, "FILE", "write to FILE"),
  HELP("--help", "print this");

  private final Line line;

  InspectOption(String spelling, ArgumentStyle style, String argument, String description) {
    this.line = new Line(spelling, style, argument, description);
  }

  InspectOption(String spelling, String description) {
    this.line = new Line(spelling, description);
  }

  @Override
  public Line line() {
    return line;
  }
}
