package uruk.tools.program;

import uruk.tools.option.ArgumentStyle;
import uruk.tools.option.Option;

/** The options that say what a program is made of, the same for each command that runs one. */
@SuppressWarnings("ImmutableEnumChecker") // a line is an immutable record
public enum ProgramOption implements Option {
  /** A library to link. */
  LIBRARY("-l", ArgumentStyle.JOINED_OR_NEXT, "NAME", "link libNAME.a, or load libNAME.so"),
  /** A library to link, as other options of this command are spelled. */
  LIBRARY_NAME("--lib", ArgumentStyle.EQUALS_OR_NEXT, "NAME", "the same as -l NAME"),
  /** Where libraries are. */
  LIBRARY_FOLDER("-L", ArgumentStyle.JOINED_OR_NEXT, "DIR", "look for libraries in DIR first"),
  /** The compiler's command. */
  COMPILER(
      "--cc", ArgumentStyle.EQUALS_OR_NEXT, "COMMAND", "compile C, C++ and assembly with COMMAND"),
  /** How much to optimize. */
  OPTIMIZE(
      "-O",
      ArgumentStyle.JOINED,
      "LEVEL",
      "for the compiler, as all options below; Rust takes -O and -g"),
  /** Where headers are. */
  INCLUDE_FOLDER("-I", ArgumentStyle.JOINED_OR_NEXT, "DIR", "look for headers in DIR"),
  /** A macro to define. */
  DEFINE("-D", ArgumentStyle.JOINED_OR_NEXT, "NAME[=VALUE]", "define a macro"),
  /** A macro to undefine. */
  UNDEFINE("-U", ArgumentStyle.JOINED_OR_NEXT, "NAME", "undefine a macro"),
  /** The standard that sources follow. */
  STANDARD("-std=", ArgumentStyle.JOINED, "NAME", "language standard"),
  /** Whether to make debug information. */
  DEBUG("-g", ArgumentStyle.JOINED, "[LEVEL]", "debug information"),
  /** How code is generated. */
  CODE_GENERATION("-f", ArgumentStyle.JOINED, "OPTION", "code generation, such as -fPIC"),
  /** Which machine it is for. */
  MACHINE("-m", ArgumentStyle.JOINED, "OPTION", "target, such as -march=native"),
  /** What the compiler warns of. */
  WARNING("-W", ArgumentStyle.JOINED, "NAME", "warnings, such as -Wall");

  private final Line line;

  ProgramOption(String spelling, ArgumentStyle style, String argument, String description) {
    this.line = new Line(spelling, style, argument, description);
  }

  @Override
  public Line line() {
    return line;
  }
}
