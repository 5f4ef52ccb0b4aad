package uruk.jitlink.check;

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

  private InstructionDecoders() {}
}
