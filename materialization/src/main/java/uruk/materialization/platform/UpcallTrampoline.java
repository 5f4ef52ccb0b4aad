package uruk.materialization.platform;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The code between a function pointer that calls Java and the up-call stub that all functions of
 * its type share (System V psABI for x86-64, section 3.2.3): each pointer has a trampoline that
 * loads its number, and behind it a shift makes the number the first of the integer arguments.
 */
final class UpcallTrampoline {
  /** How many integer arguments can be shifted without touching the stack. */
  static final int MAX_INTEGERS = 5;

  /** A trampoline's size in bytes. */
  static final int SIZE = 20;

  private static final byte[] TRAMPOLINE = {
    0x41,
    (byte) 0xbb,
    0,
    0,
    0,
    0, // movl $number, %r11d
    (byte) 0xff,
    0x25,
    0,
    0,
    0,
    0, // jmpq *0(%rip)
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // .quad shift
  };

  private static final int NUMBER_OFFSET = 2;
  private static final int SHIFT_OFFSET = 12;

  /** Argument by argument, the last first. */
  private static final byte[][] MOVES = {
    {0x48, (byte) 0x89, (byte) 0xfe}, // movq %rdi, %rsi
    {0x48, (byte) 0x89, (byte) 0xf2}, // movq %rsi, %rdx
    {0x48, (byte) 0x89, (byte) 0xd1}, // movq %rdx, %rcx
    {0x49, (byte) 0x89, (byte) 0xc8}, // movq %rcx, %r8
    {0x4d, (byte) 0x89, (byte) 0xc1}, // movq %r8, %r9
  };

  private static final byte[] ENTER = {
    0x44,
    (byte) 0x89,
    (byte) 0xdf, // movl %r11d, %edi
    (byte) 0xff,
    0x25,
    0,
    0,
    0,
    0, // jmpq *0(%rip)
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // .quad stub
  };

  private static final int STUB_OFFSET = 9;

  private UpcallTrampoline() {}

  /** {@return code that calls a stub with the number in r11d before its integer arguments} */
  static byte[] shift(int integers, long stub) {
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    for (int i = integers - 1; i >= 0; i--) {
      code.writeBytes(MOVES[i]);
    }
    code.writeBytes(withAddress(ENTER, STUB_OFFSET, stub));
    return code.toByteArray();
  }

  /** {@return code that loads a number and goes on to the shift} */
  static byte[] trampoline(int number, long shift) {
    byte[] code = withAddress(TRAMPOLINE, SHIFT_OFFSET, shift);
    ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).putInt(NUMBER_OFFSET, number);
    return code;
  }

  private static byte[] withAddress(byte[] pattern, int offset, long address) {
    byte[] code = pattern.clone();
    ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, address);
    return code;
  }
}
