package uruk.jitlink.check;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uruk.jitlink.check.DecodedInstruction.Operand;

/**
 * Decodes the AArch64 instructions that carry relocations, and their neighbours. Instructions are
 * little-endian whatever the byte order of data is (Arm Architecture Reference Manual, B2.6.2).
 */
final class AArch64Decoder implements InstructionDecoder {

  private static final int SIZE = 4;

  /**
   * One line for each shape: the 32 bits as chapter C4 of the manual draws them ({@code .} is any),
   * the operands in the order of LLVM's machine-code layer, the mnemonic. {@code r} is a register,
   * {@code u} and {@code s} are unsigned and signed numbers with their lowest bit and width, and
   * the other names are fields in several pieces, see {@link #operand}. No two lines match one
   * word.
   */
  private static final String LINES =
      """
      .00101.......................... | s0:26           | b, bl
      01010100...................0.... | u0:4 s5:19      | b.cond
      .011010......................... | r s5:19         | cbz, cbnz
      .011011......................... | r bit s5:14     | tbz, tbnz
      ...10000........................ | r page          | adr, adrp
      0.011.00........................ | r s5:19         | ldr literal
      10011.00........................ | r s5:19         | ldrsw, ldr q literal
      11011000........................ | u0:5 s5:19      | prfm literal
      ...100010....................... | r r u10:12 up   | add, adds, sub, subs $i
      110100101....................... | r u5:16 half    | movz x
      0101001010...................... | r u5:16 half    | movz w
      100100101....................... | r u5:16 half    | movn x
      0001001010...................... | r u5:16 half    | movn w
      111100101....................... | r r u5:16 half  | movk x
      0111001010...................... | r r u5:16 half  | movk w
      0.111001........................ | r r u10:12      | ldr, str of bytes and halves
      1.1110010....................... | r r u10:12      | ldr, str w and x
      1011100110...................... | r r u10:12      | ldrsw
      1111100110...................... | u0:5 r u10:12   | prfm
      ..1111010....................... | r r u10:12      | ldr, str b, h, s, d
      001111011....................... | r r u10:12      | ldr, str q
      0.111000..0.........00.......... | r r s12:9       | ldur, stur of bytes and halves
      1.1110000.0.........00.......... | r r s12:9       | ldur, stur w and x
      1.1110000.0.........01.......... | r r r s12:9     | ldr, str post-indexed
      1.1110000.0.........11.......... | r r r s12:9     | ldr, str pre-indexed
      00101.010....................... | r r r s15:7     | ldp, stp w, s
      10101.010....................... | r r r s15:7     | ldp, stp x, q
      011011010....................... | r r r s15:7     | ldp, stp d
      10101.001....................... | r r r r s15:7   | ldp, stp post-indexed
      10101.011....................... | r r r r s15:7   | ldp, stp pre-indexed
      1..01010000.....000000.......... | r r r u10:6     | and, orr, eor, ands x
      0..01010000.....000000.......... | r r r u10:6     | and, orr, eor, ands w
      ...01011000.....000000.......... | r r r u10:6     | add, sub, adds, subs
      1101011000.11111000000.....00000 | r               | br, blr
      1101011001011111000000.....00000 | r               | ret
      11010101000000110010000000011111 |                 | nop
      110101010000001100100100..011111 | u5:7            | bti
      11010100000................00001 | u5:16           | svc
      11010100001................00000 | u5:16           | brk
      """;

  private record Shape(int mask, int bits, List<String> operands) {}

  private static final Splitter COLUMNS = Splitter.on('|').trimResults();
  private static final Splitter OPERANDS = Splitter.on(' ').omitEmptyStrings();
  private static final ImmutableList<Shape> SHAPES =
      LINES.lines().map(AArch64Decoder::shape).collect(ImmutableList.toImmutableList());

  private static Shape shape(String line) {
    List<String> columns = COLUMNS.splitToList(line);
    int mask = 0;
    int bits = 0;
    for (char bit : columns.get(0).toCharArray()) {
      mask = mask << 1 | (bit == '.' ? 0 : 1);
      bits = bits << 1 | (bit == '1' ? 1 : 0);
    }
    return new Shape(mask, bits, OPERANDS.splitToList(columns.get(1)));
  }

  @Override
  public Optional<DecodedInstruction> decode(byte[] code) {
    if (code.length < SIZE) {
      return Optional.empty();
    }
    int word = 0;
    for (int i = SIZE - 1; i >= 0; i--) {
      word = word << Byte.SIZE | Byte.toUnsignedInt(code[i]);
    }
    for (Shape shape : SHAPES) {
      if ((word & shape.mask) == shape.bits) {
        var operands = new ArrayList<Operand>();
        for (String name : shape.operands) {
          operands.add(operand(name, word));
        }
        return Optional.of(new DecodedInstruction(SIZE, operands));
      }
    }
    return Optional.empty();
  }

  private static Operand operand(String name, int word) {
    return switch (name) {
      case "r" -> new Operand.Register();
      // b5 and b40 of tbz: the number of the bit to test.
      case "bit" -> immediate(unsigned(word, 31, 1) << 5 | unsigned(word, 19, 5));
      // immhi and immlo of adr and adrp.
      case "page" -> immediate(signed(word, 5, 19) << 2 | unsigned(word, 29, 2));
      // sh: the immediate of add is shifted by 12 bits.
      case "up" -> immediate(unsigned(word, 22, 1) * 12);
      // hw: the immediate of movz is shifted by so many bits.
      case "half" -> immediate(unsigned(word, 21, 2) * 16);
      default -> number(name, word);
    };
  }

  private static Operand number(String name, int word) {
    int colon = name.indexOf(':');
    int low = Integer.parseInt(name.substring(1, colon));
    int width = Integer.parseInt(name.substring(colon + 1));
    return immediate(name.charAt(0) == 's' ? signed(word, low, width) : unsigned(word, low, width));
  }

  private static Operand immediate(long value) {
    return new Operand.Immediate(value);
  }

  private static long unsigned(int word, int low, int width) {
    return Integer.toUnsignedLong(word) >>> low & ((1L << width) - 1);
  }

  private static long signed(int word, int low, int width) {
    int unused = Long.SIZE - width;
    return unsigned(word, low, width) << unused >> unused;
  }
}
