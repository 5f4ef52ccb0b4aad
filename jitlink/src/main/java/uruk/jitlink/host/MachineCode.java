package uruk.jitlink.host;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Machine code written as a table: on the left the bytes, on the right their assembly. A line
 * {@code NAME = number} names a number, {@code name:} a place in the code; after {@code .org} come
 * the words of data behind the code. Java code asks for the same names, and a test assembles the
 * right side again. Immutable.
 */
public final class MachineCode {
  private static final String ASSEMBLY_START = " {2,}";
  private static final String ORIGIN = ".org ";

  private final String table;
  private final Map<String, Long> numbers = new HashMap<>();
  private final byte[] code;

  /**
   * Reads a table. Each start of a program reads some of them before any of this is compiled, so it
   * goes over the bytes once and by hand.
   */
  public MachineCode(String table) {
    this.table = table;
    byte[] text = table.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long data = 0;
    int end;
    for (int begin = 0; begin < text.length; begin = end + 1) {
      end = endOfLine(text, begin);
      if (end == begin) {
        continue;
      }
      if (data == 0 && isCode(text, begin, end)) {
        readCode(text, begin, end, bytes);
        continue;
      }
      String line = new String(text, begin, end - begin, StandardCharsets.ISO_8859_1);
      int equals = line.indexOf(" = ");
      if (equals >= 0) {
        numbers.put(line.substring(0, equals), Long.decode(line.substring(equals + 3)));
      } else if (line.startsWith(ORIGIN)) {
        data = Long.parseLong(line, ORIGIN.length(), line.length(), 10);
      } else if (data > 0) {
        int colon = line.indexOf(": ");
        numbers.put(line.substring(0, colon), data);
        data += sizeOfData(line.substring(colon + 2));
      } else {
        numbers.put(line.substring(0, line.length() - 1), (long) bytes.size()); // "name:"
      }
    }
    code = bytes.toByteArray();
  }

  private static int endOfLine(byte[] text, int begin) {
    int end = begin;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    return end;
  }

  /** Code begins with a byte and a blank. */
  private static boolean isCode(byte[] text, int begin, int end) {
    return end - begin > 3
        && isHexDigit(text[begin])
        && isHexDigit(text[begin + 1])
        && text[begin + 2] == ' '
        && text[begin + 3] != '=';
  }

  private static boolean isHexDigit(byte character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
  }

  /** Bytes are one blank apart; more blanks are before the assembly. */
  private static void readCode(byte[] text, int begin, int end, ByteArrayOutputStream bytes) {
    for (int i = begin; i + 1 < end && text[i] != ' '; i += 3) {
      bytes.write(digit(text[i]) << 4 | digit(text[i + 1]));
    }
  }

  private static int digit(byte character) {
    return character <= '9' ? character - '0' : character - 'a' + 10;
  }

  /** {@return the bytes of ".quad 0" or ".zero SIZE"} */
  private static long sizeOfData(String directive) {
    return directive.equals(".quad 0") ? Long.BYTES : Long.parseLong(directive.substring(6));
  }

  private List<String> lines() {
    return table.lines().filter(line -> !line.isEmpty()).toList();
  }

  /** {@return the assembly alone, for an assembler} */
  public String assembly() {
    StringBuilder text = new StringBuilder(".intel_syntax noprefix\n");
    for (String line : lines()) {
      String[] columns = line.split(ASSEMBLY_START, 2);
      text.append(columns[columns.length - 1]).append('\n');
    }
    return text.toString();
  }

  /** {@return the machine code} */
  public byte[] code() {
    return code.clone();
  }

  /** {@return the value of a name: a number, or the offset of a place from the code's begin} */
  public long number(String name) {
    Long value = numbers.get(name);
    if (value == null) {
      throw new AssertionError("the machine code has no " + name);
    }
    return value;
  }
}
