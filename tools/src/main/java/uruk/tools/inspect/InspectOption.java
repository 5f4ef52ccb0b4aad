package uruk.tools.inspect;

import uruk.tools.option.ArgumentStyle;
import uruk.tools.option.Option;

/** The options of {@code uruk inspect}. */
enum InspectOption implements Option {
  GRAPH("--graph", ArgumentStyle.EQUALS_OR_NEXT, "FORMAT", "the link graph as text, dot or json"),
  AFTER("--after", ArgumentStyle.EQUALS_OR_NEXT, "PHASE", "... as it stands after PHASE"),
  ADDRESS("--address", ArgumentStyle.EQUALS_OR_NEXT, "HEX", "... linked at this pretended address"),
  SYMBOL("--symbol", ArgumentStyle.EQUALS_OR_NEXT, "NAME", "only what concerns this symbol"),
  MEMBER("--member", ArgumentStyle.EQUALS_OR_NEXT, "NAME", "this member of an archive"),
  DISASSEMBLE("--disassemble", ArgumentStyle.NONE, "", "machine code as objdump shows it"),
  JSON("--json", ArgumentStyle.NONE, "", "all as one JSON document"),
  OUTPUT("-o", ArgumentStyle.JOINED_OR_NEXT, "FILE", "write to FILE"),
  HELP("--help", ArgumentStyle.NONE, "", "print this");

  private final String spelling;
  private final ArgumentStyle style;
  private final String argument;
  private final String description;

  InspectOption(String spelling, ArgumentStyle style, String argument, String description) {
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
