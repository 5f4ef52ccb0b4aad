package uruk.jitlink.host;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns the names that rustc gives symbols by default into source form. They look like names of
 * C++: a path whose last part is a hash, and what C++ does not allow in a name is written between
 * dollar signs (rustc's "legacy" symbol mangling).
 */
final class RustNames {
  private static final Pattern MANGLED = Pattern.compile("_ZN(.+)17h[0-9a-f]{16}E");
  private static final Pattern ESCAPE =
      Pattern.compile("\\$(?:u([0-9a-f]{1,5})|([A-Z]+))\\$|\\.\\.");
  private static final Map<String, String> CHARACTERS =
      Map.of("SP", "@", "BP", "*", "RF", "&", "LT", "<", "GT", ">", "LP", "(", "RP", ")", "C", ",");
  private static final int LENGTH_DIGITS = 4;

  private RustNames() {}

  /** {@return the source form without the hash, or null if the name is none of rustc's} */
  static @Nullable String demangle(String name) {
    Matcher mangled = MANGLED.matcher(name);
    return mangled.matches() ? path(mangled.group(1)) : null;
  }

  private static @Nullable String path(String parts) {
    StringBuilder path = new StringBuilder();
    for (int at = 0; at < parts.length(); ) {
      int begin = at;
      while (begin < parts.length() && Character.isDigit(parts.charAt(begin))) {
        begin++;
      }
      if (begin == at || begin - at > LENGTH_DIGITS) {
        return null;
      }
      int end = begin + Integer.parseInt(parts.substring(at, begin));
      if (end > parts.length()) {
        return null;
      }
      path.append(path.isEmpty() ? "" : "::").append(part(parts.substring(begin, end)));
      at = end;
    }
    return path.toString();
  }

  private static String part(String mangled) {
    // No identifier of the mangling may begin with a dollar sign.
    String part = mangled.startsWith("_$") ? mangled.substring(1) : mangled;
    return ESCAPE.matcher(part).replaceAll(escape -> Matcher.quoteReplacement(character(escape)));
  }

  private static String character(MatchResult escape) {
    if (escape.group(1) != null) {
      int code = Integer.parseInt(escape.group(1), 16);
      return Character.isValidCodePoint(code) ? Character.toString(code) : escape.group();
    }
    return escape.group(2) == null
        ? "::"
        : CHARACTERS.getOrDefault(escape.group(2), escape.group());
  }
}
