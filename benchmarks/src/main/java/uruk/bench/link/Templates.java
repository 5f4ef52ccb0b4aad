package uruk.bench.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Makes many objects out of one: the names in an object's string table are replaced by others of
 * the same length, which takes a thousandth of the time of the assembler.
 */
final class Templates {
  private Templates() {}

  /** {@return the name of the object with this number, as long as the names in the templates} */
  static String name(int number) {
    return "own_%08d".formatted(number);
  }

  /** {@return a copy of the template that defines {@code own} and refers to {@code other}} */
  static byte[] instantiate(byte[] template, String own, String other) {
    byte[] object = template.clone();
    replace(object, AssemblySources.OWN_NAME, own);
    replace(object, AssemblySources.OTHER_NAME, other);
    return object;
  }

  private static void replace(byte[] object, String from, String to) {
    byte[] wanted = from.getBytes(US_ASCII);
    byte[] replacement = to.getBytes(US_ASCII);
    for (int i = 0; i + wanted.length <= object.length; i++) {
      if (Arrays.equals(object, i, i + wanted.length, wanted, 0, wanted.length)) {
        System.arraycopy(replacement, 0, object, i, replacement.length);
      }
    }
  }
}
