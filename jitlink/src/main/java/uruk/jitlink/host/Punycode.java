package uruk.jitlink.host;

/** Words of any alphabet in ASCII (RFC 3492), with an underscore as delimiter as Rust has it. */
final class Punycode {
  private static final int BASE = 36;
  private static final int FIRST_CODE = 128;
  private static final int FIRST_BIAS = 72;
  private static final int LEAST_THRESHOLD = 1;
  private static final int MOST_THRESHOLD = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;

  private Punycode() {}

  /** {@return the word; the text itself if it is none of this encoding} */
  static String decode(String text) {
    int delimiter = text.lastIndexOf('_');
    StringBuilder word = new StringBuilder(text.substring(0, Math.max(delimiter, 0)));
    long code = FIRST_CODE;
    long index = 0;
    int bias = FIRST_BIAS;
    int count = word.codePointCount(0, word.length());
    for (int at = delimiter + 1; at < text.length(); ) {
      long before = index;
      long weight = 1;
      for (int k = BASE; ; k += BASE) {
        int digit = at < text.length() ? Character.digit(text.charAt(at++), BASE) : -1;
        digit = digit < 0 ? -1 : digit < 10 ? digit + 26 : digit - 10;
        if (digit < 0 || weight > Integer.MAX_VALUE) {
          return text;
        }
        index += digit * weight;
        int threshold = Math.clamp(k - bias, LEAST_THRESHOLD, MOST_THRESHOLD);
        if (digit < threshold) {
          break;
        }
        weight *= BASE - threshold;
      }
      count++;
      bias = adapt(index - before, count, before == 0);
      code += index / count;
      index %= count;
      if (code > Character.MAX_CODE_POINT) {
        return text;
      }
      word.insert(word.offsetByCodePoints(0, (int) index), Character.toChars((int) code));
      index++;
    }
    return word.toString();
  }

  private static int adapt(long delta, int count, boolean first) {
    long rest = first ? delta / DAMP : delta / 2;
    rest += rest / count;
    int k = 0;
    for (; rest > (BASE - LEAST_THRESHOLD) * MOST_THRESHOLD / 2; k += BASE) {
      rest /= BASE - LEAST_THRESHOLD;
    }
    return (int) (k + BASE * rest / (rest + SKEW));
  }
}
