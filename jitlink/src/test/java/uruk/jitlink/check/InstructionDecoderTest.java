package uruk.jitlink.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uruk.jitlink.check.DecodedInstruction.Operand;

/** Our decoders beside LLVM's disassembler: size, number, kind and value of each operand. */
class InstructionDecoderTest {

  private static final Pattern ENCODING = Pattern.compile("encoding: \\[");
  private static final Pattern OPERAND = Pattern.compile("<MCOperand (Reg|Imm):([^>]*)>");

  @TempDir Path directory;

  enum Architecture {
    X86_64("x86_64", "x86_64", InstructionDecoders.X86_64, 400, "hlt", 0xf4),
    I386("i386", "i386", InstructionDecoders.I386, 150, "hlt", 0xf4),
    AARCH64(
        "aarch64",
        "aarch64",
        InstructionDecoders.AARCH64,
        200,
        "brk\t#0x2a",
        0x40,
        0x05,
        0x20,
        0xd4),
    AARCH64_BIG_ENDIAN(
        "aarch64",
        "aarch64_be",
        InstructionDecoders.AARCH64,
        200,
        "brk\t#0x2a",
        0x40,
        0x05,
        0x20,
        0xd4);

    private final String listing;
    private final String triple;
    private final InstructionDecoder decoder;
    private final int leastForms;
    private final String markerText;
    private final byte[] marker;

    Architecture(
        String listing,
        String triple,
        InstructionDecoder decoder,
        int leastForms,
        String markerText,
        int... marker) {
      this.listing = listing;
      this.triple = triple;
      this.decoder = decoder;
      this.leastForms = leastForms;
      this.markerText = markerText;
      this.marker = new byte[marker.length];
      for (int i = 0; i < marker.length; i++) {
        this.marker[i] = (byte) marker[i];
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void everyFormOfTheListingIsDecodedAsLlvmDoes(Architecture architecture) throws Exception {
    byte[] code = assemble(architecture);
    var differences = new ArrayList<String>();
    int offset = 0;
    List<Disassembled> expected = disassemble(architecture, hex(code));
    for (Disassembled line : expected) {
      byte[] rest = Arrays.copyOfRange(code, offset, code.length);
      DecodedInstruction decoded =
          architecture
              .decoder
              .decode(rest)
              .orElseThrow(() -> new AssertionError(line + " is not decoded: " + hex(rest)));
      if (!decoded.operands().equals(line.operands)) {
        differences.add(
            "%s: expected %s, was %s"
                .formatted(hex(Arrays.copyOf(rest, decoded.size())), line, decoded));
      }
      offset += decoded.size();
    }
    assertThat(String.join("\n", differences)).isEmpty();
    assertThat(offset).isEqualTo(code.length);
    assertThat(expected).hasSizeGreaterThan(architecture.leastForms);
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void whatIsDecodedOfRandomBytesIsWhatLlvmDecodes(Architecture architecture) throws Exception {
    var random = new SplittableRandom(42);
    var chosen = new ArrayList<byte[]>();
    var decoded = new ArrayList<DecodedInstruction>();
    while (chosen.size() < 3000) {
      byte[] bytes = new byte[InstructionDecoder.MAX_LENGTH];
      random.nextBytes(bytes);
      architecture
          .decoder
          .decode(bytes)
          .filter(instruction -> !instruction.operands().isEmpty())
          .filter(_ -> !startsWith(bytes, architecture.marker))
          .ifPresent(instruction -> {
            chosen.add(Arrays.copyOf(bytes, instruction.size()));
            decoded.add(instruction);
          });
    }
    List<List<Disassembled>> expected = disassembleEach(architecture, chosen);
    var differences = new ArrayList<String>();
    for (int i = 0; i < decoded.size(); i++) {
      List<Disassembled> of = expected.get(i);
      if (of.size() != 1 || !decoded.get(i).operands().equals(of.getFirst().operands)) {
        differences.add(
            "%s: expected %s, was %s".formatted(hex(chosen.get(i)), of, decoded.get(i)));
      }
    }
    assertThat(String.join("\n", differences)).isEmpty();
  }

  /**
   * LLVM skips what it cannot decode; a marker behind each instruction shows what belongs to it.
   */
  private List<List<Disassembled>> disassembleEach(Architecture architecture, List<byte[]> chosen)
      throws Exception {
    String marker = hex(architecture.marker);
    String input =
        chosen.stream()
            .map(bytes -> "[" + hex(bytes) + "]\n[" + marker + "]")
            .collect(Collectors.joining("\n"));
    var each = new ArrayList<List<Disassembled>>();
    var current = new ArrayList<Disassembled>();
    for (Disassembled line : disassemble(architecture, input)) {
      if (line.text.startsWith(architecture.markerText)) {
        each.add(List.copyOf(current));
        current.clear();
      } else {
        current.add(line);
      }
    }
    assertThat(each).hasSize(chosen.size());
    return each;
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void anInstructionCutOffIsNotDecoded(Architecture architecture) throws Exception {
    byte[] code = assemble(architecture);
    int offset = 0;
    while (offset < code.length) {
      byte[] rest = Arrays.copyOfRange(code, offset, code.length);
      int size = architecture.decoder.decode(rest).orElseThrow().size();
      for (int length = 0; length < size; length++) {
        Optional<DecodedInstruction> part =
            architecture.decoder.decode(Arrays.copyOf(rest, length));
        assertThat(part).as(hex(Arrays.copyOf(rest, size))).isEmpty();
      }
      offset += size;
    }
  }

  @Test
  void whatIsNotInTheTableIsNotGuessed() {
    assertThat(InstructionDecoders.X86_64.decode(new byte[] {0x06, 0, 0, 0})).isEmpty();
    assertThat(InstructionDecoders.X86_64.decode(HexFormat.of().parseHex("c5f877c3"))).isEmpty();
    assertThat(InstructionDecoders.AARCH64.decode(new byte[4])).isEmpty();
  }

  /** Of the size LLVM does not tell: it shows how it would encode the instruction itself. */
  private record Disassembled(String text, List<Operand> operands) {}

  private byte[] assemble(Architecture architecture) throws Exception {
    Path source = directory.resolve("listing.s");
    String name = architecture.listing + ".s";
    try (InputStream in = InstructionDecoderTest.class.getResourceAsStream(name)) {
      Files.write(source, in.readAllBytes());
    }
    Path object = directory.resolve("listing.o");
    Path code = directory.resolve("listing.bin");
    run("llvm-mc-22", "-triple", architecture.triple, "-filetype=obj", "-o", object, source);
    run("llvm-objcopy-22", "-O", "binary", "--only-section=.text", object, code);
    return Files.readAllBytes(code);
  }

  private List<Disassembled> disassemble(Architecture architecture, String bytes) throws Exception {
    Path input = Files.writeString(directory.resolve("bytes.txt"), bytes);
    String output =
        run(
            "llvm-mc-22",
            "-triple",
            architecture.triple,
            "-mattr=+all",
            "-disassemble",
            "-show-inst",
            "-show-encoding",
            input);
    var instructions = new ArrayList<Disassembled>();
    String text = "";
    var operands = new ArrayList<Operand>();
    for (String line : output.lines().toList()) {
      Matcher encoding = ENCODING.matcher(line);
      if (encoding.find()) {
        text = line.strip();
      }
      Matcher operand = OPERAND.matcher(line);
      while (operand.find()) {
        operands.add(
            operand.group(1).equals("Reg")
                ? new Operand.Register()
                : new Operand.Immediate(Long.parseLong(operand.group(2))));
      }
      if (line.endsWith(">>") || (line.contains("<MCInst") && line.endsWith(">"))) {
        instructions.add(new Disassembled(text, List.copyOf(operands)));
        operands.clear();
      }
    }
    return instructions;
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").withPrefix("0x").formatHex(bytes);
  }

  private static String run(Object... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Arrays.stream(command).map(Object::toString).toList())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
