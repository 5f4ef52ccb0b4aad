package uruk.tools.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.tools.UsageException;
import uruk.tools.option.Argument.Operand;
import uruk.tools.option.Argument.Setting;

class CommandLineTest {

  @SuppressWarnings("ImmutableEnumChecker") // a line is an immutable record
  private enum TestOption implements Option {
    FLAG("--flag", ArgumentStyle.NONE),
    LEVEL("-O", ArgumentStyle.JOINED),
    FOLDER("-L", ArgumentStyle.JOINED_OR_NEXT),
    COMPILER("--cc", ArgumentStyle.EQUALS_OR_NEXT);

    private final Line line;

    TestOption(String spelling, ArgumentStyle style) {
      String argument = style == ArgumentStyle.NONE ? "" : "VALUE";
      this.line = new Line(spelling, style, argument, "does " + name());
    }

    @Override
    public Line line() {
      return line;
    }
  }

  @Test
  void optionsAndOperandsKeepTheirOrder() {
    assertThat(parse("a.o", "--flag", "b.o").arguments())
        .containsExactly(
            new Operand<>("a.o"), new Setting<>(TestOption.FLAG, ""), new Operand<>("b.o"));
  }

  @Test
  void anArgumentIsJoinedOrTheNextWord() {
    assertThat(parse("-Llib", "-L", "other", "--cc=clang", "--cc", "gcc", "-O", "-O2").arguments())
        .containsExactly(
            new Setting<>(TestOption.FOLDER, "lib"),
            new Setting<>(TestOption.FOLDER, "other"),
            new Setting<>(TestOption.COMPILER, "clang"),
            new Setting<>(TestOption.COMPILER, "gcc"),
            new Setting<>(TestOption.LEVEL, ""),
            new Setting<>(TestOption.LEVEL, "2"));
  }

  @Test
  void whatFollowsTwoDashesIsTheRest() {
    CommandLine<TestOption> line = parse("a.o", "--", "--flag", "--", "x");
    assertThat(line.arguments()).containsExactly(new Operand<>("a.o"));
    assertThat(line.rest()).containsExactly("--flag", "--", "x");
  }

  @Test
  void aSingleDashIsAnOperand() {
    assertThat(parse("-").arguments()).containsExactly(new Operand<>("-"));
  }

  @Test
  void anUnknownOptionIsNamed() {
    assertThatThrownBy(() -> parse("--flags"))
        .isInstanceOf(UsageException.class)
        .hasMessage("unknown option '--flags' (did you mean '--flag'?)");
    assertThatThrownBy(() -> parse("--wing"))
        .isInstanceOf(UsageException.class)
        .hasMessage("unknown option '--wing'");
  }

  @ParameterizedTest
  @CsvSource({
    "--memory, --memory",
    "--memroy, --memory",
    "--memry, --memory",
    "--memoryy, --memory",
    "--memosy, --memory",
    "--MEMORY, --memory",
    "-V, -v",
    "-x, ",
    "--mem, ",
    "'', ",
    "--memroyy, "
  })
  void aWordThatDiffersInOnePlaceIsGuessed(String typed, @Nullable String meant) {
    assertThat(SimilarWords.find(List.of("-v", "--memory"), typed))
        .isEqualTo(Optional.ofNullable(meant));
  }

  @Test
  void aMissingArgumentIsNamed() {
    assertThatThrownBy(() -> parse("a.o", "-L"))
        .isInstanceOf(UsageException.class)
        .hasMessage("'-L' needs an argument: VALUE");
  }

  @Test
  void theHelpIsTheTable() {
    assertThat(OptionHelp.of(List.of(TestOption.values())))
        .isEqualTo(
            """
              --flag      does FLAG
              -OVALUE     does LEVEL
              -L VALUE    does FOLDER
              --cc VALUE  does COMPILER
            """);
  }

  private static CommandLine<TestOption> parse(String... words) {
    return CommandLine.parse(List.of(TestOption.values()), List.of(words));
  }
}
