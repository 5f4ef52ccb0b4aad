package uruk.jitlink.archive;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The shapes a stored symbol index has, told apart by the name of the member that holds it. */
enum SymbolIndexFormat {
  /** System V and GNU: big-endian, whatever the target. */
  GNU("/", Integer.BYTES),
  /** GNU, for archives of 4 GiB and more. */
  GNU_64("/SYM64/", Long.BYTES),
  /** BSD and Mach-O {@code ranlib}: in the target's byte order. */
  BSD("__.SYMDEF", Integer.BYTES),
  BSD_SORTED("__.SYMDEF SORTED", Integer.BYTES),
  BSD_64("__.SYMDEF_64", Long.BYTES),
  BSD_64_SORTED("__.SYMDEF_64 SORTED", Long.BYTES);

  private final String memberName;
  private final int wordSize;

  SymbolIndexFormat(String memberName, int wordSize) {
    this.memberName = memberName;
    this.wordSize = wordSize;
  }

  static @Nullable SymbolIndexFormat ofMemberNamed(String name) {
    for (SymbolIndexFormat format : values()) {
      if (format.memberName.equals(name)) {
        return format;
      }
    }
    return null;
  }

  boolean isBsd() {
    return memberName.startsWith("__");
  }

  /** {@return bytes of each count, offset and size in the index} */
  int wordSize() {
    return wordSize;
  }

  /** Reads one word; a value of 2⁶³ and more comes out negative, which no caller accepts. */
  long word(byte[] bytes, int at, ByteOrder order) {
    long value = 0;
    for (int i = 0; i < wordSize; i++) {
      int from = order == ByteOrder.BIG_ENDIAN ? i : wordSize - 1 - i;
      value = value << Byte.SIZE | Byte.toUnsignedLong(bytes[at + from]);
    }
    return value;
  }
}
