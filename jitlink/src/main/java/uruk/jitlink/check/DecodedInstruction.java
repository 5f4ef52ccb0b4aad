package uruk.jitlink.check;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An instruction as LLVM's machine-code layer counts its operands: a destination comes first, a
 * memory operand of x86 is five of them (base, scale, index, displacement, segment), a register
 * that is read and written counts twice.
 *
 * @param size in bytes
 * @param operands in that order
 */
public record DecodedInstruction(int size, List<Operand> operands) {

  /** One operand. */
  public sealed interface Operand {

    /** A register; which one does not matter to a linker. */
    record Register() implements Operand {
      @Override
      public String toString() {
        return "<MCOperand Reg>";
      }
    }

    /**
     * A number that is part of the instruction.
     *
     * @param value as the disassembler gives it: sign-extended where the field is signed, not
     *     scaled
     */
    record Immediate(long value) implements Operand {
      @Override
      public String toString() {
        return "<MCOperand Imm:" + value + ">";
      }
    }
  }

  /** Copies the list. */
  public DecodedInstruction {
    operands = List.copyOf(operands);
  }

  @Override
  public String toString() {
    return operands.stream()
        .map(Operand::toString)
        .collect(Collectors.joining(" ", "<MCInst ", ">"));
  }
}
