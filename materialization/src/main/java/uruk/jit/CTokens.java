package uruk.jit;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The words and signs of a C declaration, read one after the other. */
final class CTokens {
  private final String text;
  private int start;
  private int end;

  CTokens(String text) {
    this.text = text;
    advance();
  }

  private void advance() {
    start = end;
    while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    end = start;
    if (start == text.length()) {
      return;
    }
    if (text.startsWith("...", start)) {
      end = start + 3;
    } else if (isWord(text.charAt(start))) {
      while (end < text.length() && isWord(text.charAt(end))) {
        end++;
      }
    } else {
      end = start + 1;
    }
  }

  private static boolean isWord(char c) {
    return c == '_' || c == '$' || Character.isLetterOrDigit(c);
  }

  /** {@return the next token; empty at the end} */
  String peek() {
    return text.substring(start, end);
  }

  /** Reads the token if it is the next one. */
  boolean accept(String token) {
    if (!peek().equals(token)) {
      return false;
    }
    advance();
    return true;
  }

  boolean acceptAny(Set<String> candidates) {
    return candidates.contains(peek()) && accept(peek());
  }

  void expect(String token) {
    if (!accept(token)) {
      throw error("'" + token + "' is expected");
    }
  }

  void expectEnd() {
    if (start < text.length()) {
      throw error("the end is expected");
    }
  }

  @Nullable String optionalIdentifier() {
    String token = peek();
    if (token.isEmpty() || !Character.isJavaIdentifierStart(token.charAt(0))) {
      return null;
    }
    advance();
    return token;
  }

  String identifier(String what) {
    String identifier = optionalIdentifier();
    if (identifier == null) {
      throw error(what + " is expected");
    }
    return identifier;
  }

  /** {@return the number if one is next, else 0} */
  int optionalNumber() {
    String token = peek();
    if (token.isEmpty() || !Character.isDigit(token.charAt(0))) {
      return 0;
    }
    try {
      int number = Integer.decode(token);
      advance();
      return number;
    } catch (NumberFormatException _) {
      throw error("a number is expected");
    }
  }

  /** {@return an error about the next token} */
  IllegalArgumentException error(String problem) {
    String found = start == text.length() ? "the end" : "'" + peek() + "'";
    return new IllegalArgumentException(
        "C declaration \"" + text + "\", column " + (start + 1) + ", at " + found + ": " + problem);
  }
}
