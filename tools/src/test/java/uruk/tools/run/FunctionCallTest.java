package uruk.tools.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.jit.CSignature;
import uruk.tools.UsageException;

class FunctionCallTest {

  @AutoClose private final Arena arena = Arena.ofConfined();

  private Object value(String type, String word) {
    return new ArgumentReader(
            name ->
                name.equals("known") ? Optional.of(MemorySegment.ofAddress(77)) : Optional.empty(),
            arena)
        .value(CSignature.parse("void f(" + type + ")").parameters().getFirst(), word);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int           | -2147483648          | -2147483648
          unsigned      | 4294967295           | -1
          int           | 0xffffffff           | -1
          long          | -9223372036854775808 | -9223372036854775808
          uint64_t      | 18446744073709551615 | -1
          short         | -5                   | -5
          unsigned char | 255                  | -1
          char          | a                    | 97
          char          | 5                    | 5
          bool          | true                 | true
          double        | 2e-3                 | 0.002
          double        | -inf                 | -Infinity
          float         | 0.5                  | 0.5
          """)
  void wordsBecomeValues(String type, String word, String value) {
    assertThat(value(type, word)).hasToString(value);
  }

  @Test
  void aCharacterInQuotesIsNoNumber() {
    assertThat(value("char", "'5'")).isEqualTo((byte) '5');
  }

  @Test
  void pointersAreStringsAddressesAndSymbols() {
    assertThat(((MemorySegment) value("const char *", "grün")).getString(0)).isEqualTo("grün");
    assertThat(value("char *", "NULL")).isEqualTo(MemorySegment.NULL);
    assertThat(((MemorySegment) value("void *", "0x10")).address()).isEqualTo(16);
    assertThat(((MemorySegment) value("int (*)(int)", "&known")).address()).isEqualTo(77);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int             | 2147483648 | an integer from -2147483648 to 2147483647 is expected
          int             | 1.5        | an integer from
          unsigned        | -1         | from 0 to 4294967295
          int8_t          | 0x1ff      | an integer from -128 to 127
          char            | ab         | an integer from -128 to 127
          bool            | maybe      | true or false
          double          | 1f         | a number such as 1.5
          double          | x          | a number such as 1.5
          void *          | here       | an address such as 0x1000, NULL or &symbol
          void *          | &unknown   | no symbol unknown
          struct {int x;} | {1}        | a structure by value cannot be typed
          """)
  void wordsThatDoNotFitAreToldWhatIsExpected(String type, String word, String message) {
    assertThatThrownBy(() -> value(type, word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int add(int, int       | column 17, at the end: ')' is expected
          int add(int)           | add takes 1 argument, but 2 are given; options go before --call
          int add(int, int, int) | add takes 3 arguments, but 2 are given
          int add(int, ...)      | add takes 1 argument, but 2 are given: list the types of the variadic ones
          int add(thing, int)    | the layout of thing is not known
          """)
  void badDeclarationsAreWrongUsage(String declaration, String message) {
    assertThatThrownBy(() -> FunctionCall.of(declaration, List.of("1", "2")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }
}
