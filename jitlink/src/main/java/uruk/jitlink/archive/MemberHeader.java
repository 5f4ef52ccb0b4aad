package uruk.jitlink.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The 60 bytes in front of each member ({@code struct ar_hdr} of {@code <ar.h>}): text fields of
 * fixed width, padded with blanks.
 *
 * @param name the raw name field without trailing blanks
 * @param size bytes that follow the header, as the header says
 */
record MemberHeader(String name, long size) {

  static final int LENGTH = 60;

  // ar_name[16] ar_date[12] ar_uid[6] ar_gid[6] ar_mode[8] ar_size[10] ar_fmag[2]
  private static final int NAME_END = 16;
  private static final int SIZE_START = 48;
  private static final int SIZE_END = 58;

  static MemberHeader parse(byte[] bytes, String file, long offset) {
    if (bytes[SIZE_END] != '`' || bytes[SIZE_END + 1] != '\n') {
      throw new MalformedArchiveException(
          file,
          offset,
          "no member header here: it should end in 0x60 0x0a, but ends in 0x%02x 0x%02x"
              .formatted(bytes[SIZE_END], bytes[SIZE_END + 1]),
          "The archive is damaged; build it again with ar.");
    }
    return new MemberHeader(
        field(bytes, 0, NAME_END),
        decimal(field(bytes, SIZE_START, SIZE_END), "size", file, offset));
  }

  static long decimal(String digits, String what, String file, long offset) {
    boolean valid = !digits.isEmpty() && digits.length() <= 18;
    for (int i = 0; valid && i < digits.length(); i++) {
      valid = digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (!valid) {
      throw new MalformedArchiveException(
          file,
          offset,
          "the member's %s is not a decimal number: \"%s\"".formatted(what, printable(digits)),
          "The archive is damaged; build it again with ar.");
    }
    return Long.parseLong(digits);
  }

  /** Text from a file as it can be shown on a terminal. */
  static String printable(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static String field(byte[] bytes, int start, int end) {
    int last = end;
    while (last > start && bytes[last - 1] == ' ') {
      last--;
    }
    return new String(Arrays.copyOfRange(bytes, start, last), StandardCharsets.UTF_8);
  }
}
