package uruk.jitlink.graph;

import java.nio.ByteBuffer;

/**
 * The bytes that a fix-up writes and the values they can hold.
 *
 * @param size number of bytes: 0, 1, 2, 4 or 8
 * @param range which values fit
 */
public record Field(int size, Range range) {

  /** Which values fit into a field. */
  public enum Range {
    /** Every value; higher bits are cut off. */
    ANY,
    /** Values that sign extension of the field gives back. */
    SIGNED,
    /** Values that zero extension of the field gives back. */
    UNSIGNED,
    /**
     * Sums and distances of addresses that are as wide as the field: they wrap around. What is
     * larger than such a sum came from an address that is wider.
     */
    WRAPPING
  }

  /** No bytes at all, for edge kinds that are no fix-ups. */
  public static final Field NONE = new Field(0, Range.ANY);

  /** Eight bytes; every value fits. */
  public static final Field WORD64 = new Field(8, Range.ANY);

  /** Four bytes on a machine of 32-bit addresses. */
  public static final Field WORD32 = new Field(4, Range.WRAPPING);

  /** Four bytes, sign-extended by their reader. */
  public static final Field SIGNED32 = new Field(4, Range.SIGNED);

  /** Four bytes, zero-extended by their reader. */
  public static final Field UNSIGNED32 = new Field(4, Range.UNSIGNED);

  /** Two bytes, sign-extended by their reader. */
  public static final Field SIGNED16 = new Field(2, Range.SIGNED);

  /** Two bytes, zero-extended by their reader. */
  public static final Field UNSIGNED16 = new Field(2, Range.UNSIGNED);

  /** One byte, sign-extended by its reader. */
  public static final Field SIGNED8 = new Field(1, Range.SIGNED);

  /** One byte, zero-extended by its reader. */
  public static final Field UNSIGNED8 = new Field(1, Range.UNSIGNED);

  /** {@return whether the value can be stored without loss} */
  public boolean holds(long value) {
    int unused = 64 - 8 * size;
    return switch (range) {
      case ANY -> true;
      case SIGNED -> value << unused >> unused == value;
      case UNSIGNED -> value << unused >>> unused == value;
      case WRAPPING -> value << (unused - 1) >> (unused - 1) == value;
    };
  }

  /** {@return the smallest value that fits, as a signed number} */
  public long minimum() {
    int unused = 64 - 8 * size;
    return switch (range) {
      case ANY, SIGNED -> Long.MIN_VALUE >> unused;
      case UNSIGNED -> 0;
      case WRAPPING -> Long.MIN_VALUE >> (unused - 1);
    };
  }

  /** {@return the largest value that fits, as a signed number} */
  public long maximum() {
    int unused = 64 - 8 * size;
    return switch (range) {
      case ANY, SIGNED -> Long.MAX_VALUE >> unused;
      case UNSIGNED -> -1L >>> unused;
      case WRAPPING -> Long.MAX_VALUE >> (unused - 1);
    };
  }

  /** Stores the low bits of the value at an index of the buffer, in the buffer's byte order. */
  public void store(ByteBuffer buffer, int index, long value) {
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
    long value =
        switch (size) {
          case 8 -> buffer.getLong(index);
          case 4 -> buffer.getInt(index);
          case 2 -> buffer.getShort(index);
          case 1 -> buffer.get(index);
          default -> throw new IllegalStateException("a field of " + size + " bytes");
        };
    int unused = 64 - 8 * size;
    return range == Range.UNSIGNED ? value << unused >>> unused : value;
  }

  /** {@return for example {@code int32}, {@code uint8}, {@code 64 bits}} */
  @Override
  public String toString() {
    return switch (range) {
      case ANY, WRAPPING -> 8 * size + " bits";
      case SIGNED -> "int" + 8 * size;
      case UNSIGNED -> "uint" + 8 * size;
    };
  }
}
