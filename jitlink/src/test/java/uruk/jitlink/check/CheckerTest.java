package uruk.jitlink.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckerTest {

  private final FakeContext context = new FakeContext();

  @BeforeEach
  void link() {
    // main: movl $0x12345678, %eax; callq .+0x10a; retq; data: 8 bytes
    context.content =
        HexFormat.of().parseHex("b878563412" + "e800010000" + "c3" + "4433221188776655");
    context.symbols.put("main", 0x1000L);
    context.symbols.put("data", 0x100bL);
    context.symbols.put("_Z3foov.part$1", 0x1002L);
    context.symbols.put("outside", 0xdeadbeefL);
    context.sections.put("__DATA,__data", 0x100bL);
    context.sections.put(".text", 0x1000L);
    context.gotEntries.put("main", 0x100bL);
    context.stubs.put("main", 0x1005L);
    context.stubs.put("main/thumb", 0x1006L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main = 0x1000",
        "main=4096",
        "main + 1 - 1 = main",
        "1 + 2 << 3 = 24",
        "1 | 2 & 1 = 1",
        "010 + 0 = 8",
        "0 - 1 = 0xffffffffffffffff",
        "0 - 1 >> 63 = 1",
        "main << 64 = 0",
        "(main >> 12) = 1",
        "((2) + (3)) = 5",
        "_Z3foov.part$1 = main + 2",
        "*{4}data = 0x11223344",
        "*{8} data = 0x5566778811223344",
        "*{1}main = 0xb8",
        "*{2}data + 2 = 0x1122",
        "(*{2}data) + 2 = 0x3346",
        "*{2}(data + 2) = 0x1122",
        "(*{4}data)[15:8] = 0x33",
        "0xabcd[15:8] + 1 = 0xac",
        "main[63:0] = main",
        "*{4}got_addr(t.o, main) = 0x11223344",
        "decode_operand(main, 1) = 0x12345678",
        "decode_operand(main + 5, 0) = 0x100",
        "decode_operand(main+0x5, 0) + next_pc(main) = main + 0x105",
        "next_pc(main) = main + 5",
        "section_addr(t.o, .text) = main",
        "section_addr(t.o,__DATA,__data) = data",
        "stub_addr(t.o, main) = main + 5",
        "stub_addr(t.o, main, thumb) = main + 6",
        "got_addr( t.o , main ) = data",
      })
  void rulesThatHold(String rule) {
    assertThat(new Checker(context).check(rule)).isInstanceOf(CheckResult.Passed.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "main = 1               | Expression 'main = 1' is false: 0x1000 != 0x1",
        "*{4}data=0             | Expression '*{4}data=0' is false: 0x11223344 != 0x0",
        "0 - 1 = 1              | Expression '0 - 1 = 1' is false: 0xffffffffffffffff != 0x1",
      })
  void rulesThatAreFalseShowBothSides(String rule, String message) {
    assertThat(new Checker(context).check(rule))
        .isInstanceOfSatisfying(
            CheckResult.False.class, result -> assertThat(result.message()).isEqualTo(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "main                   | Missing '=' between two expressions (column 5)",
        "= 3                    | Unexpected end of expression (column 1)",
        "main + = 3             | Unexpected end of expression (column 8)",
        "main == 1              | Encountered unexpected token '=' while parsing subexpression '= 1' expected '(', '*', identifier, or number (column 7)",
        "1 = 2 = 3              | Encountered unexpected token '=' while parsing subexpression '= 3' (column 7)",
        "main) = 3              | Encountered unexpected token ')' while parsing subexpression ')' (column 5)",
        "(main + 1 = 3          | Encountered unexpected token '' while parsing subexpression '' expected ')' (column 11)",
        "foo(main) = 1          | Encountered unexpected token '(' while parsing subexpression '(main)' (column 4)",
        "0x = 1                 | Encountered unexpected token '0x' while parsing subexpression '0x' expected number (column 1)",
        "08 = 8                 | Number '08' begins with 0, but is not octal (column 1)",
        "0x10000000000000000 = 1 | Number '0x10000000000000000' exceeds 64 bits (column 1)",
        "*{0}data = 1           | Invalid size for dereference. (column 3)",
        "*{9}data = 1           | Invalid size for dereference. (column 3)",
        "*{4 data = 1           | Missing '}' for dereference. (column 4)",
        "main[3] = 1            | Encountered unexpected token ']' while parsing subexpression ']' expected ':' (column 7)",
        "main[3:4] = 1          | Invalid bit range [3:4]: 63 >= high >= low (column 6)",
        "main[64:0] = 1         | Invalid bit range [64:0]: 63 >= high >= low (column 6)",
        "next_pc(main+1) = 1    | Encountered unexpected token '+' while parsing subexpression '+1)' expected ')' (column 13)",
        "section_addr(t.o) = 1  | Encountered unexpected token 't.o' while parsing subexpression 't.o)' expected ',' (column 14)",
        "decode_operand(main, x) = 1 | Encountered unexpected token 'x' while parsing subexpression 'x)' expected number (column 22)",
        "nosuch = 1             | No known address for symbol 'nosuch'",
        "Lfoo = 1               | No known address for symbol 'Lfoo' (this appears to be an assembler local label - perhaps drop the 'L'?)",
        "*{4}outside = 1        | No content for 4 bytes at 0xdeadbeef: 0 are there",
        "*{8}(data + 1) = 1     | No content for 8 bytes at 0x100c: 7 are there",
        "next_pc(nosuch) = 1    | Cannot decode unknown symbol 'nosuch'",
        "next_pc(outside) = 1   | Couldn't decode instruction at 'outside'",
        "stub_addr(u.o, f) = 1  | RTDyldChecker: file \"u.o\" not recognized",
        "stub_addr(t.o, f) = 1  | RTDyldChecker: no stub for \"f\" registered for file \"t.o\"",
        "stub_addr(t.o, f, arm) = 1 | RTDyldChecker: no stub of kind \"arm\" for \"f\" registered for file \"t.o\"",
        "got_addr(t.o, f) = 1   | RTDyldChecker: no GOT entry for \"f\" registered for file \"t.o\"",
        "section_addr(t.o, .x) = 1 | RTDyldChecker: no section \".x\" registered for file \"t.o\"",
      })
  void rulesWithoutAValueSayWhy(String rule, String reason) {
    assertThat(new Checker(context).check(rule))
        .isInstanceOfSatisfying(
            CheckResult.Invalid.class,
            result ->
                assertThat(result.message())
                    .isEqualTo("Error evaluating expression '%s': %s".formatted(rule, reason)));
  }

  @Test
  void anOperandThatIsNoNumberIsRefusedWithTheInstruction() {
    assertThat(new Checker(context).check("decode_operand(main, 0) = 1"))
        .extracting(result -> ((CheckResult.Failure) result).message())
        .asString()
        .contains("Operand '0' of instruction 'main' is not an immediate.")
        .contains("<MCInst <MCOperand Reg> <MCOperand Imm:305419896>>");
    assertThat(new Checker(context).check("decode_operand(main, 2) = 1"))
        .extracting(result -> ((CheckResult.Failure) result).message())
        .asString()
        .contains(
            "Invalid operand index '2' for instruction 'main'. Instruction has only 2 operands.");
  }

  @Test
  void loadsFollowTheByteOrderOfTheTarget() {
    context.byteOrder = ByteOrder.BIG_ENDIAN;

    assertThat(new Checker(context).check("*{4}data = 0x44332211"))
        .isInstanceOf(CheckResult.Passed.class);
  }

  @Test
  void deepNestingIsRefused() {
    String rule = "(".repeat(100_000) + "1 = 1";

    assertThat(new Checker(context).check(rule))
        .isInstanceOfSatisfying(
            CheckResult.Invalid.class,
            result -> assertThat(result.reason()).contains("nested more than 200 deep"));
  }

  @Test
  void aLongChainIsEvaluatedInPlace() {
    String rule = "1" + " + 1".repeat(100_000) + " = 100001";

    assertThat(new Checker(context).check(rule)).isInstanceOf(CheckResult.Passed.class);
  }

  @Test
  @Timeout(60)
  void noTextBreaksTheChecker() {
    String[] seeds = {
      "*{4}(data + 2)[15:8] = decode_operand(main + 5, 0) & 0xff",
      "stub_addr(t.o, main, thumb) = got_addr(t.o, main) >> 2",
      "section_addr(t.o, __DATA,__data) = next_pc(main) | 1 << 4"
    };
    String alphabet = "()[]{}*+-&|<>=:,. 0x9fmain";
    var random = new SplittableRandom(7);
    var checker = new Checker(context);
    int invalid = 0;
    for (int i = 0; i < 20_000; i++) {
      var mutant = new StringBuilder(seeds[i % seeds.length]);
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        int at = random.nextInt(mutant.length());
        char with = alphabet.charAt(random.nextInt(alphabet.length()));
        if (random.nextBoolean()) {
          mutant.setCharAt(at, with);
        } else {
          mutant.insert(at, with);
        }
      }
      if (checker.check(mutant.toString()) instanceof CheckResult.Invalid) {
        invalid++;
      }
    }
    assertThat(invalid).isBetween(1, 19_999);
  }

  @Test
  void aTextWithoutRulesProvesNothing() {
    assertThatThrownBy(() -> CheckAssertions.assertChecks(context, "main:\n  ret\n"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("No rule found")
        .hasMessageContaining("# jitlink-check:");
  }

  @Test
  void everyFailingRuleOfATextIsReportedWithItsLine() {
    String text =
        """
        # jitlink-check: main = 0x1000
        # jitlink-check: main = 1
        main: ret
        # jitlink-check: nosuch = 2
        """;

    assertThatThrownBy(() -> CheckAssertions.assertChecks(context, text))
        .hasMessageContaining("line 2: Expression 'main = 1' is false: 0x1000 != 0x1")
        .hasMessageContaining("line 4: Error evaluating expression 'nosuch = 2': No known address");
    assertThatCode(() -> CheckAssertions.assertCheck(context, "main = 0x1000"))
        .doesNotThrowAnyException();
  }
}
