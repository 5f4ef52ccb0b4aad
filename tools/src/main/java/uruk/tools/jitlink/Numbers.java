package uruk.tools.jitlink;

import java.util.Locale;
import java.util.OptionalLong;

/** Numbers as LLVM's tools read them: 64 bits without sign, the radix by a prefix. */
final class Numbers {

  private Numbers() {}

  /** {@return the number, or empty if the text is none}: {@code 12}, {@code 0x1f}, {@code 0b101} */
  static OptionalLong parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    try {
      if (lower.startsWith("0x")) {
        return unsigned(lower.substring(2), 16);
      }
      if (lower.startsWith("0b")) {
        return unsigned(lower.substring(2), 2);
      }
      if (lower.startsWith("0o")) {
        return unsigned(lower.substring(2), 8);
      }
      return unsigned(lower, lower.length() > 1 && lower.startsWith("0") ? 8 : 10);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong unsigned(String digits, int radix) {
    return digits.startsWith("+") || digits.startsWith("-")
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseUnsignedLong(digits, radix));
  }
}
