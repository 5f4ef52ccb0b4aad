package uruk.jitlink.dwarf;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import uruk.jitlink.MalformedObjectException;

/** Reads DWARF's data forms in order (DWARF 5, sections 7.4 to 7.6). */
final class DwarfCursor {
  private final String object;
  private final String section;
  private final ByteBuffer bytes;
  private boolean dwarf64;

  DwarfCursor(String object, String section, ByteBuffer bytes) {
    this.object = object;
    this.section = section;
    this.bytes = bytes.slice().order(bytes.order());
  }

  int position() {
    return bytes.position();
  }

  int remaining() {
    return bytes.remaining();
  }

  /**
   * Reads a unit's length and with it whether offsets have 4 or 8 bytes.
   *
   * @return a cursor over the unit, behind which this one stands now
   */
  DwarfCursor unit() {
    long length = u4();
    boolean wide = length == 0xffff_ffffL;
    if (wide) {
      length = u8();
    }
    DwarfCursor unit = block(length, "unit");
    unit.dwarf64 = wide;
    return unit;
  }

  /** {@return a cursor over the next bytes, behind which this one stands now} */
  DwarfCursor block(long length, String what) {
    if (length < 0 || length > bytes.remaining()) {
      throw malformed(
          "%s of 0x%x bytes reaches beyond the end, 0x%x bytes are left"
              .formatted(what, length, bytes.remaining()));
    }
    ByteBuffer part = bytes.slice(bytes.position(), (int) length).order(bytes.order());
    bytes.position(bytes.position() + (int) length);
    DwarfCursor block = new DwarfCursor(object, section, part);
    block.dwarf64 = dwarf64;
    return block;
  }

  int u1() {
    return read(() -> bytes.get() & 0xff);
  }

  int s1() {
    return read(() -> (int) bytes.get());
  }

  int u2() {
    return read(() -> bytes.getShort() & 0xffff);
  }

  long u4() {
    return read(() -> bytes.getInt() & 0xffff_ffffL);
  }

  long u8() {
    return read(bytes::getLong);
  }

  /** {@return an offset into another section} */
  long offset() {
    return dwarf64 ? u8() : u4();
  }

  /** {@return an address of 1, 2, 4 or 8 bytes} */
  long address(long size) {
    return switch ((int) size) {
      case 1 -> u1();
      case 2 -> u2();
      case 4 -> u4();
      case 8 -> u8();
      default -> throw malformed("address of " + size + " bytes");
    };
  }

  /** {@return an unsigned LEB128 number, cut to 64 bits} */
  long uleb() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      int next = u1();
      value |= shift < Long.SIZE ? (long) (next & 0x7f) << shift : 0;
      if ((next & 0x80) == 0) {
        return value;
      }
    }
  }

  /** {@return a signed LEB128 number, cut to 64 bits} */
  long sleb() {
    long value = 0;
    for (int shift = 0; ; ) {
      int next = u1();
      value |= shift < Long.SIZE ? (long) (next & 0x7f) << shift : 0;
      shift += 7;
      if ((next & 0x80) == 0) {
        return shift < Long.SIZE && (next & 0x40) != 0 ? value | -1L << shift : value;
      }
    }
  }

  /** Passes over a number of bytes. */
  void skip(long length) {
    block(length, "block");
  }

  /** Passes over a zero-terminated string. */
  void skipString() {
    while (u1() != 0) {}
  }

  /** {@return the zero-terminated string at an offset of this section} */
  String stringAt(long offset) {
    if (offset < 0 || offset >= bytes.limit()) {
      throw malformed("string at 0x%x is beyond the end at 0x%x".formatted(offset, bytes.limit()));
    }
    int begin = (int) offset;
    int end = begin;
    while (end < bytes.limit() && bytes.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - begin];
    bytes.get(begin, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  MalformedObjectException malformed(String what) {
    return new MalformedObjectException(object, section, what);
  }

  private <T> T read(Supplier<T> form) {
    try {
      return form.get();
    } catch (BufferUnderflowException end) {
      throw malformed("ends in the middle of a number, at 0x%x".formatted(bytes.position()));
    }
  }
}
