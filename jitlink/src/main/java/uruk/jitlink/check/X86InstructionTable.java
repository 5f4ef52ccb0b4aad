package uruk.jitlink.check;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The instruction shapes of x86-64 and i386 that the check language can look into: those that carry
 * relocations, and their neighbours. Opcodes as in Intel's manual, volume 2, appendix A; operands
 * in the order of LLVM's machine-code layer.
 */
final class X86InstructionTable {

  /**
   * One line for each shape: opcodes, operands, and a reminder of the mnemonic. {@code 0f.} is the
   * two-byte map, {@code /n} a ModRM opcode extension, {@code 64:} or {@code 32:} restricts the
   * line to a mode.
   */
  private static final String LINES =
      """
      00-01,08-09,10-11,18-19,20-21,28-29,30-31 | rm tied reg     | add…xor to memory
      02-03,0a-0b,12-13,1a-1b,22-23,2a-2b,32-33 | reg tied rm     | add…xor from memory
      04,0c,14,1c,24,2c,34,3c,a8                | imm8            | add…test $i, %al
      05,0d,15,1d,25,2d,35,3d,a9                | immz            | add…test $i, %eax
      38-39,84-85,88-89                         | rm reg          | cmp, test, mov to memory
      3a-3b,8a-8b                               | reg rm          | cmp, mov from memory
      32:40-4f                                  | opreg tied      | inc, dec
      50-5f                                     | opreg           | push, pop
      64:63                                     | reg rm          | movslq
      68                                        | immpush         | push $i
      69                                        | reg rm immz     | imul $i, m, r
      6a                                        | imm8            | push $i
      6b                                        | reg rm imm8     | imul $i, m, r
      70-7f                                     | rel8 cc         | jcc
      80/0-6                                    | rm tied imm8    | add…xor $i, m
      80/7                                      | rm imm8         | cmp $i, m
      81/0-6                                    | rm tied immz    | add…xor $i, m
      81/7                                      | rm immz         | cmp $i, m
      83/0-6                                    | rm tied imm8    | add…xor $i, m
      83/7                                      | rm imm8         | cmp $i, m
      86-87                                     | xchg            | xchg
      8d                                        | reg mem         | lea
      8f/0                                      | rm              | pop m
      91-97                                     | opreg tied      | xchg %eax
      90,98,99,c9,cc,f4                         |                 | nop, cltq, cqto, leave, int3, hlt
      a0-a3                                     | moffs seg       | mov moffs
      b0-b7                                     | opreg imm8      | mov $i, r
      b8-bf                                     | opreg immv      | mov $i, r
      c0-c1/4,c0-c1/5,c0-c1/7                   | rm tied uimm8   | shl, shr, sar $i, m
      c2                                        | imm16           | ret $i
      c3                                        |                 | ret
      c6/0                                      | rm imm8         | mov $i, m
      c7/0                                      | rm immz         | mov $i, m
      d0-d1/4,d0-d1/5,d0-d1/7                   | rm tied         | shl, shr, sar m
      d2-d3/4,d2-d3/5,d2-d3/7                   | rm tied         | shl, shr, sar %cl, m
      e8,e9                                     | rel32           | call, jmp
      eb                                        | rel8            | jmp
      f0                                        |                 | lock
      f6/0                                      | rm imm8         | test $i, m
      f7/0                                      | rm immz         | test $i, m
      f6-f7/2,f6-f7/3                           | rm tied         | not, neg
      f6-f7/4-7                                 | rm              | mul, imul, div, idiv
      fe/0-1,ff/0-1                             | rm tied         | inc, dec
      ff/2,ff/4,ff/6                            | rm              | call *m, jmp *m, push m
      0f.05,0f.0b,0f.a2                         |                 | syscall, ud2, cpuid
      0f.10,0f.12,0f.28,0f.6f                   | reg mem         | movups, movlps, movaps, movdqa
      0f.11,0f.13,0f.29,0f.7f                   | mem reg         | the same to memory
      66.0f.d6                                  | mem reg         | movq to memory
      0f.1f/0                                   | rm              | nop m
      0f.2e-2f                                  | reg rm          | ucomiss, comiss
      0f.40-4f                                  | reg tied rm cc  | cmovcc
      f3.0f.10,f2.0f.10,f3.0f.12,f2.0f.12       | reg mem         | movss, movsd, movddup
      f3.0f.11,f2.0f.11                         | mem reg         | movss, movsd to memory
      f3.0f.6f,f3.0f.7e                         | reg mem         | movdqu, movq
      f3.0f.7f                                  | mem reg         | movdqu to memory
      0f.51                                     | reg mem         | sqrtps
      0f.54-59,0f.5c-5f                         | reg tied mem    | andps…xorps, addps…maxps
      f3.0f.58-59,f3.0f.5c-5f                   | reg tied mem    | addss…maxss
      f2.0f.58-59,f2.0f.5c-5f                   | reg tied mem    | addsd…maxsd
      0f.80-8f                                  | rel32 cc        | jcc
      0f.90-9f                                  | rm cc           | setcc
      0f.a3                                     | rm reg          | bt
      0f.af                                     | reg tied rm     | imul
      0f.b6-b7,0f.be-bf                         | reg rm          | movzx, movsx
      0f.d4,0f.ef,0f.eb,0f.db,0f.fe,0f.fa       | reg tied mem    | paddq, pxor, por, pand, paddd, psubd
      """;

  /** What follows the opcode, or stands for a part of it. */
  enum Token {
    /** The register of ModRM.reg. */
    REG,
    /** ModRM.rm: a register, or the five operands of memory. */
    RM,
    /** ModRM.rm, memory only: the register form counts its operands in another way. */
    MEM,
    /** The operand before this one again, if it is a register: read and written. */
    TIED,
    /** Both operands of an exchange, each read and written. */
    XCHG,
    /** The register in the opcode's low three bits. */
    OPREG,
    /** One byte, signed. */
    IMM8,
    /** One byte, unsigned: a shift count. */
    UIMM8,
    /** Two bytes, signed. */
    IMM16,
    /** As wide as the operand, unsigned; for an operand of eight bytes four bytes, signed. */
    IMMZ,
    /** The same for a stack slot, which has eight bytes in long mode. */
    IMMPUSH,
    /** As wide as the operand, unsigned. */
    IMMV,
    /** A branch distance of one byte. */
    REL8,
    /** A branch distance of four bytes. */
    REL32,
    /** An absolute address as wide as addresses are. */
    MOFFS,
    /** A segment register. */
    SEG,
    /** The condition in the opcode's low four bits. */
    CC;

    boolean hasModRm() {
      return this == REG || this == RM || this == MEM || this == XCHG;
    }
  }

  /** Where an opcode is looked up, and how the table's lines name the place. */
  enum OpcodeMap {
    ONE_BYTE(""),
    TWO_BYTE("0f."),
    TWO_BYTE_66("0f.", "66.0f."),
    TWO_BYTE_F2("f2.0f."),
    TWO_BYTE_F3("f3.0f.");

    private final ImmutableList<String> prefixes;

    OpcodeMap(String... prefixes) {
      this.prefixes = ImmutableList.copyOf(prefixes);
    }
  }

  private static final Splitter COLUMNS = Splitter.on('|').trimResults();
  private static final Splitter OPERANDS = Splitter.on(' ').omitEmptyStrings();
  private static final Splitter ITEMS = Splitter.on(',');
  private static final Splitter EXTENSION = Splitter.on('/');
  private static final Splitter RANGE = Splitter.on('-');

  private static final int EXTENSIONS = 8;
  static final X86InstructionTable LONG_MODE = new X86InstructionTable("64:");
  static final X86InstructionTable PROTECTED_MODE = new X86InstructionTable("32:");

  private record Opcode(OpcodeMap map, int value, int extension) {}

  private final Map<Opcode, ImmutableList<Token>> shapes = new HashMap<>();

  private X86InstructionTable(String mode) {
    LINES.lines().forEach(line -> addLine(line, mode));
  }

  /** The operands of an opcode, or null if it is not in the table. */
  @Nullable List<Token> shape(OpcodeMap map, int opcode, int extension) {
    return shapes.get(new Opcode(map, opcode, extension));
  }

  private void addLine(String line, String mode) {
    List<String> columns = COLUMNS.splitToList(line);
    ImmutableList<Token> tokens =
        OPERANDS.splitToList(columns.get(1)).stream()
            .map(name -> Token.valueOf(name.toUpperCase(Locale.ROOT)))
            .collect(ImmutableList.toImmutableList());
    String opcodes = columns.get(0);
    if (opcodes.indexOf(':') < 0) {
      addOpcodes(opcodes, tokens);
    } else if (opcodes.startsWith(mode)) {
      addOpcodes(opcodes.substring(mode.length()), tokens);
    }
  }

  private void addOpcodes(String opcodes, ImmutableList<Token> tokens) {
    for (String item : ITEMS.split(opcodes)) {
      for (OpcodeMap map : OpcodeMap.values()) {
        for (String prefix : map.prefixes) {
          if (item.startsWith(prefix) && item.indexOf('.', prefix.length()) < 0) {
            addOpcodes(map, item.substring(prefix.length()), tokens);
          }
        }
      }
    }
  }

  private void addOpcodes(OpcodeMap map, String item, ImmutableList<Token> tokens) {
    List<String> parts = EXTENSION.splitToList(item);
    int[] opcodeRange = range(parts.getFirst(), 16);
    int[] extensions =
        parts.size() == 1 ? new int[] {0, EXTENSIONS - 1} : range(parts.getLast(), 10);
    for (int opcode = opcodeRange[0]; opcode <= opcodeRange[1]; opcode++) {
      for (int extension = extensions[0]; extension <= extensions[1]; extension++) {
        shapes.put(new Opcode(map, opcode, extension), tokens);
      }
    }
  }

  private static int[] range(String text, int radix) {
    List<String> ends = RANGE.splitToList(text);
    return new int[] {
      Integer.parseInt(ends.getFirst(), radix), Integer.parseInt(ends.getLast(), radix)
    };
  }
}
