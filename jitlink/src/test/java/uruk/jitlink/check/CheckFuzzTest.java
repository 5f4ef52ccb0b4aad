package uruk.jitlink.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the rule, and whatever the code it looks into, the checker ends with a result. */
class CheckFuzzTest {
  @MethodSource("rules")
  @FuzzTest(maxDuration = "30m")
  void ruleIsChecked(byte[] bytes) {
    FakeContext context = new FakeContext();
    context.symbols.put("main", FakeContext.BASE);
    context.content = bytes;
    assertThat(new Checker(context).check(new String(bytes, StandardCharsets.UTF_8))).isNotNull();
  }

  @MethodSource("rules")
  @FuzzTest(maxDuration = "30m")
  void codeIsDecodedOrNot(byte[] bytes) {
    assertThat(InstructionDecoders.X86_64.decode(bytes)).isNotNull();
    assertThat(InstructionDecoders.I386.decode(bytes)).isNotNull();
    assertThat(InstructionDecoders.AARCH64.decode(bytes)).isNotNull();
  }

  static Stream<byte[]> rules() {
    return Stream.of(
            "*{4}(main + 2)[15:8] = decode_operand(main + 5, 0) & 0xff",
            "stub_addr(t.o, main, thumb) = got_addr(t.o, main) >> 2",
            "section_addr(t.o, __DATA,__data) = next_pc(main) | 1 << 4")
        .map(rule -> rule.getBytes(StandardCharsets.UTF_8));
  }
}
