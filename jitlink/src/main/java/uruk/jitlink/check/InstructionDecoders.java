package uruk.jitlink.check;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/** The decoders there are. */
public final class InstructionDecoders {

  /** x86-64, 64-bit mode. */
  public static final InstructionDecoder X86_64 =
      new X86Decoder(X86InstructionTable.LONG_MODE, true);

  /** i386: 32-bit protected mode. */
  public static final InstructionDecoder I386 =
      new X86Decoder(X86InstructionTable.PROTECTED_MODE, false);

  /** AArch64, of either byte order. */
  public static final InstructionDecoder AARCH64 = new AArch64Decoder();

  private static final ImmutableMap<String, InstructionDecoder> BY_TARGET =
      ImmutableMap.of("x86_64", X86_64, "i386", I386, "aarch64", AARCH64, "aarch64_be", AARCH64);

  private InstructionDecoders() {}

  /**
   * Finds the decoder of a target.
   *
   * @param target the target's name, as in triples
   * @return its decoder, or for a target without one a decoder that knows no instruction
   */
  public static InstructionDecoder forTarget(String target) {
    return BY_TARGET.getOrDefault(target, _ -> Optional.empty());
  }
}
