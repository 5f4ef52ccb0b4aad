package uruk.tools.option;

import java.util.Collection;
import java.util.Optional;

/** Guesses what was meant by a mistyped word. */
public final class SimilarWords {

  /** In a shorter word another letter makes another word. */
  private static final int SHORTEST = 3;

  private SimilarWords() {}

  /**
   * {@return the first of the known words that differs from a typed one by one letter that is
   * wrong, missing, too many or swapped with the next, or by upper and lower case; short words by
   * the latter only}
   *
   * @param known in order of preference
   */
  public static Optional<String> find(Collection<String> known, String typed) {
    return known.stream().filter(word -> isSimilar(word, typed)).findFirst();
  }

  private static boolean isSimilar(String a, String b) {
    if (a.equalsIgnoreCase(b)) {
      return true;
    }
    if (b.length() < SHORTEST) {
      return false;
    }
    int same = 0;
    while (same < Math.min(a.length(), b.length()) && a.charAt(same) == b.charAt(same)) {
      same++;
    }
    String restOfA = a.substring(same);
    String restOfB = b.substring(same);
    return switch (restOfA.length() - restOfB.length()) {
      case 0 -> restOfA.substring(1).equals(restOfB.substring(1)) || beginSwapped(restOfA, restOfB);
      case 1 -> restOfA.substring(1).equals(restOfB);
      case -1 -> restOfB.substring(1).equals(restOfA);
      default -> false;
    };
  }

  /** Both have the same length, and do not begin alike. */
  private static boolean beginSwapped(String a, String b) {
    return a.length() > 1
        && a.charAt(0) == b.charAt(1)
        && a.charAt(1) == b.charAt(0)
        && a.substring(2).equals(b.substring(2));
  }
}
