package uruk.jitlink.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.check.DecodedInstruction.Operand;
import uruk.jitlink.check.X86InstructionTable.OpcodeMap;
import uruk.jitlink.check.X86InstructionTable.Token;

/** Decodes x86 instructions by {@link X86InstructionTable}. */
final class X86Decoder implements InstructionDecoder {

  private final X86InstructionTable table;
  private final boolean longMode;

  X86Decoder(X86InstructionTable table, boolean longMode) {
    this.table = table;
    this.longMode = longMode;
  }

  @Override
  public Optional<DecodedInstruction> decode(byte[] code) {
    var reading = new Reading(Arrays.copyOf(code, MAX_LENGTH + Long.BYTES));
    List<Operand> operands = reading.operands();
    boolean complete = reading.position <= Math.min(code.length, MAX_LENGTH);
    return operands != null && complete
        ? Optional.of(new DecodedInstruction(reading.position, operands))
        : Optional.empty();
  }

  /** One pass over the bytes of one instruction, which are followed by zeros. */
  private final class Reading {

    private static final int OPERAND_SIZE_PREFIX = 0x66;
    private static final int ADDRESS_SIZE_PREFIX = 0x67;
    private static final int REX = 0x40;
    private static final int REX_W = 0x08;
    private static final int TWO_BYTE_ESCAPE = 0x0f;
    private static final int REX_B = 0x01;
    private static final int REPNE_PREFIX = 0xf2;
    private static final int REP_PREFIX = 0xf3;
    private static final int ENDBR = 0x1e;
    private static final int NOP = 0x90;

    private final byte[] code;
    private final List<Operand> operands = new ArrayList<>();
    private int position;
    private boolean operandSizePrefix;
    private boolean addressSizePrefix;
    private int repeatPrefix;
    private boolean extendedBase;
    private boolean wide;
    private int opcode;

    Reading(byte[] code) {
      this.code = code;
    }

    @Nullable List<Operand> operands() {
      readPrefixes();
      OpcodeMap map = readOpcode();
      if (map == OpcodeMap.TWO_BYTE_F3 && opcode == ENDBR) {
        return readEndbr();
      }
      boolean prefixWithoutMeaning = repeatPrefix != 0 && map == OpcodeMap.ONE_BYTE;
      boolean exchangeSpeltAsNop = opcode == NOP && extendedBase && map == OpcodeMap.ONE_BYTE;
      if (prefixWithoutMeaning || exchangeSpeltAsNop) {
        return null;
      }
      int modRm = position;
      List<Token> shape = table.shape(map, opcode, register(code[modRm]));
      if (shape == null) {
        return null;
      }
      int afterModRm = position;
      if (shape.stream().anyMatch(Token::hasModRm)) {
        position++;
        afterModRm = modRm;
      }
      for (Token token : shape) {
        if (!read(token, afterModRm)) {
          return null;
        }
      }
      return operands;
    }

    private void readPrefixes() {
      while (position < MAX_LENGTH) {
        switch (next()) {
          case OPERAND_SIZE_PREFIX -> operandSizePrefix = true;
          case ADDRESS_SIZE_PREFIX -> addressSizePrefix = true;
          case REPNE_PREFIX -> repeatPrefix = REPNE_PREFIX;
          case REP_PREFIX -> repeatPrefix = REP_PREFIX;
          case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> {}
          default -> {
            position--;
            return;
          }
        }
      }
    }

    private OpcodeMap readOpcode() {
      opcode = next();
      if (longMode && (opcode & 0xf0) == REX) {
        wide = (opcode & REX_W) != 0;
        extendedBase = (opcode & REX_B) != 0;
        opcode = next();
      }
      if (opcode != TWO_BYTE_ESCAPE) {
        return OpcodeMap.ONE_BYTE;
      }
      opcode = next();
      return switch (repeatPrefix) {
        case REPNE_PREFIX -> OpcodeMap.TWO_BYTE_F2;
        case REP_PREFIX -> OpcodeMap.TWO_BYTE_F3;
        default -> operandSizePrefix ? OpcodeMap.TWO_BYTE_66 : OpcodeMap.TWO_BYTE;
      };
    }

    /** {@code endbr64} and {@code endbr32} are hints spelt as register forms. */
    private @Nullable List<Operand> readEndbr() {
      int modRm = next();
      return (modRm == 0xfa || modRm == 0xfb) ? List.of() : null;
    }

    private boolean read(Token token, int modRm) {
      switch (token) {
        case REG, OPREG, SEG -> add(new Operand.Register());
        case TIED -> {
          Operand before = operands.getLast();
          if (operands.size() == 1) {
            add(before);
          }
        }
        case RM -> {
          if (isRegister(modRm)) {
            add(new Operand.Register());
          } else {
            return readMemory(modRm);
          }
        }
        case MEM -> {
          return !isRegister(modRm) && readMemory(modRm);
        }
        case XCHG -> {
          return readExchange(modRm);
        }
        case IMM8, REL8 -> signed(1);
        case UIMM8 -> unsigned(1);
        case IMM16 -> signed(2);
        case IMMZ -> readImmediate(wide);
        case IMMPUSH -> readImmediate(longMode);
        case IMMV -> unsigned(wide ? Long.BYTES : operandSizePrefix ? 2 : 4);
        case MOFFS -> unsigned(longMode && !addressSizePrefix ? Long.BYTES : 4);
        case REL32 -> {
          return readBranchDistance();
        }
        case CC -> add(new Operand.Immediate(opcode & 0x0f));
      }
      return true;
    }

    private void readImmediate(boolean eightByteOperand) {
      if (operandSizePrefix && !wide) {
        unsigned(2);
      } else if (eightByteOperand) {
        signed(4);
      } else {
        unsigned(4);
      }
    }

    /** Processors differ in what the operand-size prefix does to a branch in long mode. */
    private boolean readBranchDistance() {
      boolean prefixed = operandSizePrefix && !wide;
      signed(prefixed ? 2 : 4);
      return !(prefixed && longMode);
    }

    private boolean readExchange(int modRm) {
      add(new Operand.Register());
      add(new Operand.Register());
      if (isRegister(modRm)) {
        add(new Operand.Register());
        add(new Operand.Register());
        return true;
      }
      return readMemory(modRm);
    }

    /** Base, scale, index, displacement, segment (Intel's manual, volume 2, table 2-2 and 2-3). */
    private boolean readMemory(int modRm) {
      if (!longMode && addressSizePrefix) {
        return false;
      }
      int mod = Byte.toUnsignedInt(code[modRm]) >>> 6;
      int base = code[modRm] & 7;
      int scale = 1;
      if (base == 4) {
        int sib = next();
        scale = 1 << (sib >>> 6);
        base = sib & 7;
      }
      boolean displacementOnly = mod == 0 && base == 5;
      add(new Operand.Register());
      add(new Operand.Immediate(scale));
      add(new Operand.Register());
      if (mod == 2 || displacementOnly) {
        signed(4);
      } else if (mod == 1) {
        signed(1);
      } else {
        add(new Operand.Immediate(0));
      }
      add(new Operand.Register());
      return true;
    }

    private boolean isRegister(int modRm) {
      return Byte.toUnsignedInt(code[modRm]) >>> 6 == 3;
    }

    private static int register(byte modRm) {
      return modRm >>> 3 & 7;
    }

    private void signed(int size) {
      int unused = Long.SIZE - size * Byte.SIZE;
      add(new Operand.Immediate(little(size) << unused >> unused));
    }

    private void unsigned(int size) {
      add(new Operand.Immediate(little(size)));
    }

    private long little(int size) {
      long value = 0;
      for (int i = 0; i < size; i++) {
        value |= (long) next() << (i * Byte.SIZE);
      }
      return value;
    }

    private void add(Operand operand) {
      operands.add(operand);
    }

    private int next() {
      return Byte.toUnsignedInt(code[position++]);
    }
  }
}
