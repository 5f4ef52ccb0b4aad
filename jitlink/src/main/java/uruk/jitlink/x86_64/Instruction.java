package uruk.jitlink.x86_64;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the parts of one machine instruction are (Intel SDM volume 2, chapter 2 and appendix A).
 * Just enough is known of each opcode to tell the parts from each other; what an instruction does
 * is not known here.
 *
 * @param start index of the first byte, a prefix perhaps
 * @param rex index of the REX prefix; -1 if there is none
 * @param extension index of the first byte of a VEX, EVEX or XOP prefix; -1 if there is none
 * @param map the opcode map: 0 one-byte, 1 {@code 0f}, 2 {@code 0f 38}, 3 {@code 0f 3a}; others as
 *     the prefix numbers them
 * @param opcode index of the opcode's last byte
 * @param modrm index of the ModRM byte; -1 if there is none
 * @param displacement index of the displacement
 * @param immediate index of the immediate operands
 * @param end index of the first byte behind the instruction
 */
record Instruction(
    int start,
    int rex,
    int extension,
    int map,
    int opcode,
    int modrm,
    int displacement,
    int immediate,
    int end) {

  /** What follows an opcode. */
  private static final char NOTHING = '.';

  private static final char UNKNOWN = '!';
  private static final char MODRM = 'm';
  private static final char MODRM_BYTE = 'B';
  private static final char MODRM_WORD = 'Z';
  private static final char BYTE = 'b';
  private static final char SHORT = 'h';
  private static final char THREE = 'e';
  private static final char WORD = 'z';
  private static final char WIDE_WORD = 'v';
  private static final char ADDRESS = 'a';
  private static final char GROUP_3_BYTE = 'g';
  private static final char GROUP_3_WORD = 'G';
  private static final char BRANCH = 'j';

  /** SDM, tables A-2: one character for each opcode, sixteen in a line. */
  private static final String ONE_BYTE =
      "mmmmbz!!mmmmbz!!" // 00
          + "mmmmbz!!mmmmbz!!" // 10
          + "mmmmbz!!mmmmbz!!" // 20
          + "mmmmbz!!mmmmbz!!" // 30
          + "!!!!!!!!!!!!!!!!" // 40 REX
          + "................" // 50
          + "!!!m!!!!zZbB...." // 60
          + "bbbbbbbbbbbbbbbb" // 70
          + "BZ!Bmmmmmmmmmmmm" // 80
          + "..........!....." // 90
          + "aaaa....bz......" // a0
          + "bbbbbbbbvvvvvvvv" // b0
          + "BBh.!!BZe.h..b!." // c0
          + "mmmm!!!.mmmmmmmm" // d0
          + "bbbbbbbbjj!b...." // e0
          + "!.!!..gG......mm"; // f0

  /** SDM, tables A-3: opcodes behind {@code 0f}. */
  private static final String TWO_BYTE =
      "mmmm!.....!.!m.B" // 00
          + "mmmmmmmmmmmmmmmm" // 10
          + "mmmm!!!!mmmmmmmm" // 20
          + "........!!!!!!!!" // 30
          + "mmmmmmmmmmmmmmmm" // 40
          + "mmmmmmmmmmmmmmmm" // 50
          + "mmmmmmmmmmmmmmmm" // 60
          + "BBBBmmm.mmmmmmmm" // 70
          + "jjjjjjjjjjjjjjjj" // 80
          + "mmmmmmmmmmmmmmmm" // 90
          + "...mBm!!...mBmmm" // a0
          + "mmmmmmmmmmBmmmmm" // b0
          + "mmBmBBBm........" // c0
          + "mmmmmmmmmmmmmmmm" // d0
          + "mmmmmmmmmmmmmmmm" // e0
          + "mmmmmmmmmmmmmmmm"; // f0

  private static final int REX_W = 8;
  private static final int TWO_BYTE_VEX = 0xc5;

  /**
   * Reads the instruction at an index.
   *
   * @param limit index of the first byte behind the code
   * @return null if the bytes are no instruction that is known
   */
  static @Nullable Instruction at(ByteBuffer code, int start, int limit) {
    return new Reader(code, start, limit).read();
  }

  /**
   * {@return whether there is a prefix before REX, other than those that choose an SSE operation}
   */
  boolean hasPrefix(ByteBuffer code, int prefix) {
    for (int i = start; i < opcode; i++) {
      if (i == rex || i == extension) {
        return false;
      }
      if ((code.get(i) & 0xff) == prefix) {
        return true;
      }
    }
    return false;
  }

  /** {@return whether the operands are 64 bits wide because a REX prefix says so} */
  boolean wide(ByteBuffer code) {
    return rex >= 0 && (code.get(rex) & REX_W) != 0;
  }

  /** {@return whether the byte behind the extension prefix has inverted bits of REX} */
  boolean inverseBase(ByteBuffer code) {
    return extension >= 0 && (code.get(extension) & 0xff) != TWO_BYTE_VEX;
  }

  /** {@return the register that only a VEX, EVEX or XOP prefix names; -1 if it is none} */
  int secondRegister(ByteBuffer code) {
    if (extension < 0) {
      return -1;
    }
    int payload = code.get(extension + (inverseBase(code) ? 2 : 1));
    return ~payload >> 3 & 0xf;
  }

  /** Reads one instruction from its first byte to its last. */
  private static final class Reader {
    private final ByteBuffer code;
    private final int start;
    private final int limit;
    private int at;
    private int rex = -1;
    private boolean shortOperands;
    private boolean shortAddresses;

    Reader(ByteBuffer code, int start, int limit) {
      this.code = code;
      this.start = start;
      this.limit = limit;
      this.at = start;
    }

    @Nullable Instruction read() {
      readPrefixes();
      int first = peek(0);
      if (first >= 0 && rex < 0) {
        switch (first) {
          case TWO_BYTE_VEX -> {
            return read(at, 1, at + 2);
          }
          case 0xc4 -> {
            return read(at, peek(1) & 0x1f, at + 3);
          }
          case 0x62 -> {
            return read(at, peek(1) & 7, at + 4);
          }
          case 0x8f -> {
            if ((peek(1) & 0x1f) >= 8) {
              return read(at, peek(1) & 0x1f, at + 3); // XOP
            }
          }
          default -> {}
        }
      }
      if (first != 0x0f) {
        return read(-1, 0, at);
      }
      return switch (peek(1)) {
        case 0x38 -> read(-1, 2, at + 2);
        case 0x3a -> read(-1, 3, at + 2);
        default -> read(-1, 1, at + 1);
      };
    }

    private void readPrefixes() {
      while (true) {
        switch (peek(0)) {
          case 0x66 -> shortOperands = true;
          case 0x67 -> shortAddresses = true;
          case 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> {}
          default -> {
            if (peek(0) >> 4 == 4) {
              rex = at++;
            }
            return;
          }
        }
        at++;
      }
    }

    /** The byte at a distance, or -1 behind the end. */
    private int peek(int distance) {
      return at + distance < limit ? code.get(at + distance) & 0xff : -1;
    }

    private @Nullable Instruction read(int extension, int map, int opcode) {
      if (opcode >= limit) {
        return null;
      }
      at = opcode + 1;
      char shape = shape(extension >= 0, map, code.get(opcode) & 0xff);
      boolean hasModrm = "mBZgG".indexOf(shape) >= 0;
      int modrm = -1;
      int displacement = at;
      if (hasModrm) {
        modrm = at;
        if (modrm >= limit) {
          return null;
        }
        displacement = modrm + 1 + (hasIndex(modrm) ? 1 : 0);
        at = displacement + displacementSize(modrm);
      }
      int immediate = at;
      int size = immediateSize(shape, modrm);
      if (size < 0 || immediate + size > limit) {
        return null;
      }
      return new Instruction(
          start, rex, extension, map, opcode, modrm, displacement, immediate, immediate + size);
    }

    private static char shape(boolean extended, int map, int opcode) {
      return switch (map) {
        case 0 -> extended ? UNKNOWN : ONE_BYTE.charAt(opcode);
        case 1 -> extended && opcode != 0x77 ? vexTwoByte(opcode) : TWO_BYTE.charAt(opcode);
        case 2, 5, 6, 9 -> MODRM;
        case 3, 8 -> MODRM_BYTE;
        case 10 -> MODRM_WORD;
        default -> UNKNOWN;
      };
    }

    /** Behind VEX all have operands, and so few have immediates that they are those of SSE. */
    private static char vexTwoByte(int opcode) {
      boolean shift = opcode >= 0x70 && opcode <= 0x73;
      boolean shuffle = opcode >= 0xc2 && opcode <= 0xc6 && opcode != 0xc3;
      return shift || shuffle ? MODRM_BYTE : MODRM;
    }

    private boolean hasIndex(int modrm) {
      int value = code.get(modrm) & 0xff;
      return value < 0xc0 && (value & 7) == 4;
    }

    private int displacementSize(int modrm) {
      int value = code.get(modrm) & 0xff;
      return switch (value >> 6) {
        case 0 -> {
          boolean noBase =
              hasIndex(modrm)
                  ? modrm + 1 < limit && (code.get(modrm + 1) & 7) == 5
                  : (value & 7) == 5;
          yield noBase ? 4 : 0;
        }
        case 1 -> 1;
        case 2 -> 4;
        default -> 0;
      };
    }

    /** The number of bytes behind opcode and operands; -1 if the opcode is unknown. */
    private int immediateSize(char shape, int modrm) {
      int word = shortOperands ? 2 : 4;
      boolean test = modrm >= 0 && (code.get(modrm) >> 3 & 7) < 2;
      boolean wide = rex >= 0 && (code.get(rex) & REX_W) != 0;
      return switch (shape) {
        case NOTHING, MODRM -> 0;
        case BYTE, MODRM_BYTE -> 1;
        case SHORT -> 2;
        case THREE -> 3;
        case WORD, MODRM_WORD -> word;
        case WIDE_WORD -> wide ? 8 : word;
        case ADDRESS -> shortAddresses ? 4 : 8;
        case GROUP_3_BYTE -> test ? 1 : 0;
        case GROUP_3_WORD -> test ? word : 0;
        case BRANCH -> 4;
        default -> -1;
      };
    }
  }
}
