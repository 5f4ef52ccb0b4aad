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
    skipBlanksAndComments();
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

  private void skipBlanksAndComments() {
    while (start < text.length()) {
      if (Character.isWhitespace(text.charAt(start))) {
        start++;
      } else if (text.startsWith("//", start)) {
        int newline = text.indexOf('\n', start);
        start = newline < 0 ? text.length() : newline;
      } else if (text.startsWith("/*", start)) {
        int closed = text.indexOf("*/", start + 2);
        if (closed < 0) {
          end = start + 2;
          throw error("the comment has no end");
        }
        start = closed + 2;
      } else {
        return;
      }
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

  /** {@return the token behind the next one} */
  String peekSecond() {
    int oldStart = start;
    int oldEnd = end;
    advance();
    String second = peek();
    start = oldStart;
    end = oldEnd;
    return second;
  }

  /** Reads a token of any kind; there has to be one before what is awaited. */
  void any(String awaited) {
    if (start == text.length()) {
      throw error(awaited + " is expected");
    }
    advance();
  }

  /** Reads a name, if the next token is one and no word of C's own. */
  @Nullable String optionalIdentifier() {
    return CTypeNames.isKeyword(peek()) ? null : optionalWord();
  }

  private @Nullable String optionalWord() {
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

  /** Reads the name of a type, which may be a word of C's own. */
  String typeName() {
    String name = optionalWord();
    if (name == null) {
      throw error("a type is expected");
    }
    return name;
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

  /** A token that errors may be about later. */
  final class Place {
    private final int from;
    private final String token;

    private Place(int from, String token) {
      this.from = from;
      this.token = token;
    }

    IllegalArgumentException error(String problem) {
      String found = token.isEmpty() ? "the end" : "'" + token + "'";
      return new IllegalArgumentException(
          "C declaration \""
              + text
              + "\", column "
              + (from + 1)
              + ", at "
              + found
              + ": "
              + problem);
    }
  }

  /** {@return where the next token is} */
  Place place() {
    return new Place(start, peek());
  }

  /** {@return an error about the next token} */
  IllegalArgumentException error(String problem) {
    return place().error(problem);
  }
}
