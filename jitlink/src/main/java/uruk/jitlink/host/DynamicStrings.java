package uruk.jitlink.host;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A string table: zero-terminated names, the empty one first (gABI, "String Table"). */
final class DynamicStrings {
  private final StringBuilder text = new StringBuilder("\0");
  private final Map<String, Integer> offsets = new HashMap<>();
  private int length = 1;

  /** {@return where a name is in the table; it is added if it is new} */
  int add(String name) {
    Integer known = offsets.get(name);
    if (known != null) {
      return known;
    }
    int offset = length;
    text.append(name).append('\0');
    length += name.getBytes(StandardCharsets.UTF_8).length + 1;
    offsets.put(name, offset);
    return offset;
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
