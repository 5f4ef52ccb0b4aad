package uruk.jitlink.x86_64;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstructionTest {
  /** The C and the mathematical library have variants for all extensions up to AVX-512. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/lib/x86_64-linux-gnu/libm-2.36.a",
        "/usr/lib/x86_64-linux-gnu/libc.a",
      })
  void lengthsAreThoseOfTheDisassembler(String archive) throws Exception {
    Process objdump = new ProcessBuilder("objdump", "-d", "-w", archive).start();
    List<String> wrong = new ArrayList<>();
    int count = 0;
    try (BufferedReader lines = objdump.inputReader()) {
      String line;
      while ((line = lines.readLine()) != null) {
        String[] columns = line.split("\t");
        if (columns.length == 3 && line.startsWith(" ") && !columns[2].startsWith("(bad)")) {
          count++;
          byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(columns[1].trim());
          // The disassembler shows prefixes that nothing follows alone, and fwait with the next
          // one.
          if (!isPrefix(bytes) && bytes[0] != (byte) 0x9b && length(bytes) != bytes.length) {
            wrong.add(line);
          }
        }
      }
    }
    assertThat(objdump.waitFor()).isZero();
    assertThat(count).isGreaterThan(50_000);
    assertThat(wrong).isEmpty();
  }

  private static boolean isPrefix(byte[] bytes) {
    boolean alone =
        "26 2e 36 3e 64 65 66 67 f0 f2 f3".contains(hex(bytes[0])) || bytes[0] >> 4 == 4;
    return bytes.length == 1 && alone;
  }

  private static String hex(byte value) {
    return HexFormat.of().toHexDigits(value);
  }

  private static int length(byte[] bytes) {
    Instruction instruction = read(bytes);
    return instruction == null ? -1 : instruction.end();
  }

  private static @Nullable Instruction read(byte[] bytes) {
    ByteBuffer code = ByteBuffer.allocate(bytes.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    code.put(0, bytes);
    return Instruction.at(code, 0, code.capacity());
  }

  @ParameterizedTest
  @CsvSource({
    "8b0500000000, 0, 1, 2, 6", // mov 0(%rip), %eax
    "48c705000000007b000000, 1, 2, 3, 7", // movq $123, 0(%rip)
    "660f6f0500000000, 2, 3, 4, 8", // movdqa 0(%rip), %xmm0
    "c4e27d580500000000, 3, 4, 5, 9", // vpbroadcastd 0(%rip), %ymm0
    "62f1fe486f0500000000, 4, 5, 6, 10", // vmovdqu64 0(%rip), %zmm0
  })
  void partsAreWhereTheyStand(String hex, int opcode, int modrm, int displacement, int immediate) {
    Instruction instruction = read(HexFormat.of().parseHex(hex));

    assertThat(instruction).isNotNull();
    assertThat(instruction.opcode()).isEqualTo(opcode);
    assertThat(instruction.modrm()).isEqualTo(modrm);
    assertThat(instruction.displacement()).isEqualTo(displacement);
    assertThat(instruction.immediate()).isEqualTo(immediate);
  }

  @Test
  void whatEndsAmidAnInstructionIsNone() {
    byte[] bytes = HexFormat.of().parseHex("48c705000000007b000000");
    for (int length = 0; length < bytes.length; length++) {
      assertThat(Instruction.at(ByteBuffer.wrap(bytes), 0, length)).isNull();
    }
  }
}
