package uruk.materialization.platform;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Machine code written as a table: on the left the bytes, on the right their assembly. A line
 * {@code NAME = number} names a number, {@code name:} a place in the code; after {@code .org} come
 * the words of data behind the code. Java code asks for the same names, and a test assembles the
 * right side again.
 */
final class MachineCode {
  private static final String ASSEMBLY_START = " {2,}";

  private final String table;
  private final Map<String, Long> numbers = new HashMap<>();
  private final byte[] code;

  /** Reads a table. */
  MachineCode(String table) {
    this.table = table;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long data = 0;
    for (String line : lines()) {
      if (line.contains(" = ")) {
        String[] equation = line.split(" = ", 2);
        numbers.put(equation[0], Long.decode(equation[1]));
      } else if (line.startsWith(".org ")) {
        data = Long.parseLong(line.substring(5));
      } else if (data > 0) {
        String[] place = line.split(": ", 2);
        numbers.put(place[0], data);
        data += place[1].equals(".quad 0") ? 8 : Long.parseLong(place[1].substring(6));
      } else if (line.endsWith(":")) {
        numbers.put(line.substring(0, line.length() - 1), (long) bytes.size());
      } else {
        bytes.writeBytes(bytesOf(line));
      }
    }
    code = bytes.toByteArray();
  }

  private List<String> lines() {
    return table.lines().filter(line -> !line.isEmpty()).toList();
  }

  private static byte[] bytesOf(String line) {
    return HexFormat.ofDelimiter(" ").parseHex(line.split(ASSEMBLY_START, 2)[0]);
  }

  /** {@return the assembly alone, for an assembler} */
  String assembly() {
    StringBuilder text = new StringBuilder(".intel_syntax noprefix\n");
    for (String line : lines()) {
      String[] columns = line.split(ASSEMBLY_START, 2);
      text.append(columns[columns.length - 1]).append('\n');
    }
    return text.toString();
  }

  /** {@return the machine code} */
  byte[] code() {
    return code.clone();
  }

  /** {@return the value of a name: a number, or the offset of a place from the code's begin} */
  long number(String name) {
    Long value = numbers.get(name);
    if (value == null) {
      throw new AssertionError("the machine code has no " + name);
    }
    return value;
  }
}
