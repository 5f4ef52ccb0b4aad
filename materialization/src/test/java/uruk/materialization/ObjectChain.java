package uruk.materialization;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import uruk.jitlink.ObjectFile;

/**
 * Objects that each call the next one: {@code f000000} calls {@code f000001} and so on. They are
 * copies of one compiled object in whose string table the names are exchanged.
 */
public final class ObjectChain {
  private static final String OWN = "f000000";
  private static final String NEXT = "f999999";

  private final byte[] link =
      Compiler.bytes(
          "gcc", "link.c", "int f999999(int n); int f000000(int n) { return f999999(n) + 1; }");
  private final byte[] end = Compiler.bytes("gcc", "end.c", "int f000000(int n) { return n; }");
  private final int length;

  /** A chain of so many objects. */
  public ObjectChain(int length) {
    this.length = length;
  }

  /** {@return the name of the function of object {@code index}} */
  public String function(int index) {
    return "f%06d".formatted(index);
  }

  /** {@return object {@code index}; the last one calls nobody} */
  public ObjectFile object(int index) {
    byte[] bytes = (index == length - 1 ? end : link).clone();
    replace(bytes, OWN, function(index));
    replace(bytes, NEXT, function(index + 1));
    return ObjectFile.of("chain" + index + ".o", bytes);
  }

  private static void replace(byte[] bytes, String from, String to) {
    byte[] old = from.getBytes(StandardCharsets.US_ASCII);
    byte[] replacement = to.getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at + old.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + old.length, old, 0, old.length)) {
        System.arraycopy(replacement, 0, bytes, at, replacement.length);
      }
    }
  }
}
