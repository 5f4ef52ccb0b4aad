package uruk.jitlink.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The bits that a fix-up writes and the values they can hold: all bits of some bytes, or those of
 * an instruction's immediate operand.
 *
 * @param size number of bytes: 0, 1, 2, 4 or 8; of an instruction 4
 * @param bits width of the values that fit; all of the bytes if there are no pieces
 * @param alignment the power of two that values must be a multiple of
 * @param range which values fit
 * @param pieces which bits of a value go where in an instruction; empty if the bytes are the value.
 *     An instruction is a little-endian word whatever the byte order of data is
 */
public record Field(int size, int bits, int alignment, Range range, List<Piece> pieces) {

  /**
   * Neighbouring bits of a value that stay neighbours in an instruction. Bits of the value that no
   * piece takes are dropped: they are zero by the alignment, or belong to another instruction.
   *
   * @param valueBit the lowest of them in the value
   * @param width how many
   * @param wordBit where the lowest of them is in the instruction
   */
  public record Piece(int valueBit, int width, int wordBit) {
    private long mask() {
      return (1L << width) - 1;
    }

    private long into(long word, long value) {
      return (word & ~(mask() << wordBit)) | ((value >>> valueBit & mask()) << wordBit);
    }

    private long outOf(long word) {
      return (word >>> wordBit & mask()) << valueBit;
    }
  }

  /** Which values fit into a field. */
  public enum Range {
    /** Every value; higher bits are cut off. */
    ANY,
    /** Values that sign extension of the field gives back. */
    SIGNED,
    /** Values that zero extension of the field gives back. */
    UNSIGNED,
    /** Values that either sign or zero extension of the field gives back. */
    SIGNED_OR_UNSIGNED,
    /**
     * Sums and distances of addresses that are as wide as the field: they wrap around. What is
     * larger than such a sum came from an address that is wider.
     */
    WRAPPING
  }

  /** No bytes at all, for edge kinds that are no fix-ups. */
  public static final Field NONE = bytes(0, Range.ANY);

  /** Eight bytes; every value fits. */
  public static final Field WORD64 = bytes(8, Range.ANY);

  /** Four bytes on a machine of 32-bit addresses. */
  public static final Field WORD32 = bytes(4, Range.WRAPPING);

  /** Four bytes, sign-extended by their reader. */
  public static final Field SIGNED32 = bytes(4, Range.SIGNED);

  /** Four bytes, zero-extended by their reader. */
  public static final Field UNSIGNED32 = bytes(4, Range.UNSIGNED);

  /** Four bytes, extended either way by their reader. */
  public static final Field EITHER32 = bytes(4, Range.SIGNED_OR_UNSIGNED);

  /** Two bytes, extended either way by their reader. */
  public static final Field EITHER16 = bytes(2, Range.SIGNED_OR_UNSIGNED);

  /** One byte, extended either way by its reader. */
  public static final Field EITHER8 = bytes(1, Range.SIGNED_OR_UNSIGNED);

  /** Two bytes, sign-extended by their reader. */
  public static final Field SIGNED16 = bytes(2, Range.SIGNED);

  /** Two bytes, zero-extended by their reader. */
  public static final Field UNSIGNED16 = bytes(2, Range.UNSIGNED);

  /** One byte, sign-extended by its reader. */
  public static final Field SIGNED8 = bytes(1, Range.SIGNED);

  /** One byte, zero-extended by its reader. */
  public static final Field UNSIGNED8 = bytes(1, Range.UNSIGNED);

  /** {@return a field of whole bytes} */
  public static Field bytes(int size, Range range) {
    return new Field(size, 8 * size, 1, range, List.of());
  }

  /**
   * {@return the immediate operand of an instruction of four bytes}
   *
   * @param bits width of the values that fit
   * @param alignment what values must be a multiple of
   */
  public static Field instruction(int bits, int alignment, Range range, Piece... pieces) {
    return new Field(4, bits, alignment, range, List.of(pieces));
  }

  /** Copies the list. */
  public Field {
    pieces = List.copyOf(pieces);
  }

  /** {@return whether the value is a multiple of the alignment} */
  public boolean aligned(long value) {
    return (value & alignment - 1) == 0;
  }

  /** {@return whether the value can be stored without loss} */
  public boolean holds(long value) {
    int unused = 64 - bits;
    return switch (range) {
      case ANY -> true;
      case SIGNED -> value << unused >> unused == value;
      case UNSIGNED -> value << unused >>> unused == value;
      case SIGNED_OR_UNSIGNED -> value >= -1L << (bits - 1) && value < 1L << bits;
      case WRAPPING -> value << (unused - 1) >> (unused - 1) == value;
    };
  }

  /** {@return the smallest value that fits, as a signed number} */
  public long minimum() {
    int unused = 64 - bits;
    return switch (range) {
      case ANY, SIGNED, SIGNED_OR_UNSIGNED -> Long.MIN_VALUE >> unused;
      case UNSIGNED -> 0;
      case WRAPPING -> Long.MIN_VALUE >> (unused - 1);
    };
  }

  /** {@return the largest value that fits, as a signed number} */
  public long maximum() {
    int unused = 64 - bits;
    return switch (range) {
      case ANY, SIGNED -> Long.MAX_VALUE >> unused;
      case UNSIGNED, SIGNED_OR_UNSIGNED -> -1L >>> unused;
      case WRAPPING -> Long.MAX_VALUE >> (unused - 1);
    };
  }

  /**
   * Stores the low bits of the value at an index of the buffer, in the buffer's byte order; into an
   * instruction those that the pieces take, and its other bits stay.
   */
  public void store(ByteBuffer buffer, int index, long value) {
    if (!pieces.isEmpty()) {
      putInstruction(buffer, index, (int) merge(instruction(buffer, index), value));
      return;
    }
    switch (size) {
      case 8 -> buffer.putLong(index, value);
      case 4 -> buffer.putInt(index, (int) value);
      case 2 -> buffer.putShort(index, (short) value);
      case 1 -> buffer.put(index, (byte) value);
      default -> throw new IllegalStateException("a field of " + size + " bytes");
    }
  }

  /** {@return the value at an index of the buffer, extended as the range says} */
  public long load(ByteBuffer buffer, int index) {
    long word =
        switch (size) {
          case 8 -> buffer.getLong(index);
          case 4 -> pieces.isEmpty() ? buffer.getInt(index) : instruction(buffer, index);
          case 2 -> buffer.getShort(index);
          case 1 -> buffer.get(index);
          default -> throw new IllegalStateException("a field of " + size + " bytes");
        };
    long value = extract(word);
    int unused = 64 - bits;
    return range == Range.UNSIGNED ? value << unused >>> unused : value << unused >> unused;
  }

  /**
   * {@return the bits of a value that a word of this field's size holds, the others zero}
   *
   * @param word the number that the field's bytes are, in the order of the field
   */
  public long extract(long word) {
    if (pieces.isEmpty()) {
      return word & -1L >>> (64 - bits);
    }
    long value = 0;
    for (Piece piece : pieces) {
      value |= piece.outOf(word);
    }
    return value;
  }

  /** {@return the bits of a value that this field keeps, the others zero} */
  public long kept(long value) {
    return extract(merge(0, value));
  }

  private long merge(long word, long value) {
    if (pieces.isEmpty()) {
      return value;
    }
    long merged = word;
    for (Piece piece : pieces) {
      merged = piece.into(merged, value);
    }
    return merged;
  }

  private static int instruction(ByteBuffer buffer, int index) {
    int word = buffer.getInt(index);
    return buffer.order() == ByteOrder.LITTLE_ENDIAN ? word : Integer.reverseBytes(word);
  }

  private static void putInstruction(ByteBuffer buffer, int index, int word) {
    buffer.putInt(
        index, buffer.order() == ByteOrder.LITTLE_ENDIAN ? word : Integer.reverseBytes(word));
  }

  /**
   * {@return for example {@code int32}, {@code uint8}, {@code 64 bits}, {@code int28, a multiple of
   * 4}}
   */
  @Override
  public String toString() {
    String values =
        switch (range) {
          case ANY, WRAPPING -> bits + " bits";
          case SIGNED -> "int" + bits;
          case UNSIGNED -> "uint" + bits;
          case SIGNED_OR_UNSIGNED -> "int" + bits + " or uint" + bits;
        };
    return alignment == 1 ? values : values + ", a multiple of " + alignment;
  }
}
