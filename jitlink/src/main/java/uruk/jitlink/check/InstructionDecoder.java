package uruk.jitlink.check;

import java.util.Optional;

/** Tells an instruction's size and operands. Implementations are immutable. */
@FunctionalInterface
public interface InstructionDecoder {

  /** The longest instruction of any target, in bytes. */
  int MAX_LENGTH = 15;

  /**
   * Decodes the instruction at the start of {@code code}.
   *
   * @param code at least the whole instruction; what follows is not looked at
   * @return the instruction, or empty if it is cut off or not one that this decoder knows
   */
  Optional<DecodedInstruction> decode(byte[] code);
}
