package uruk.jitlink.archive;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.archive.LinkerScript.Input;

/** Recursive descent over the text of one script; one level deep, so that no text overflows it. */
final class LinkerScriptParser {

  private static final String AS_NEEDED = "AS_NEEDED";
  private static final String SUPPORTED =
      "A library's script may use INPUT, GROUP, AS_NEEDED and SEARCH_DIR; if this file is not a"
          + " linker script, give an object file, an archive or a library instead.";

  private final Path path;
  private final String text;
  private final List<Input> inputs;
  private final List<String> searchDirectories;
  private final List<String> outputFormats;

  private int position;
  private int line = 1;
  private int lineStart;
  private Token token = new Token(Kind.END, "", 1, 1);

  private enum Kind {
    WORD,
    QUOTED,
    OPEN,
    CLOSE,
    SEPARATOR,
    END
  }

  private record Token(Kind kind, String text, int line, int column) {

    boolean isName() {
      return kind == Kind.WORD || kind == Kind.QUOTED;
    }

    boolean is(String word) {
      return kind == Kind.WORD && text.equals(word);
    }

    String shown() {
      return kind == Kind.END ? "the end of the file" : "\"" + MemberHeader.printable(text) + "\"";
    }
  }

  LinkerScriptParser(
      Path path,
      String text,
      List<Input> inputs,
      List<String> searchDirectories,
      List<String> outputFormats) {
    this.path = path;
    this.text = text;
    this.inputs = inputs;
    this.searchDirectories = searchDirectories;
    this.outputFormats = outputFormats;
  }

  void parse() {
    next();
    while (token.kind != Kind.END) {
      if (token.kind == Kind.SEPARATOR) {
        next();
      } else {
        parseCommand();
      }
    }
  }

  private void parseCommand() {
    Token command = token;
    next();
    if (command.is("INPUT") || command.is("GROUP")) {
      parseInputs(false);
    } else if (command.is("SEARCH_DIR")) {
      parseNames(searchDirectories);
    } else if (command.is("OUTPUT_FORMAT")) {
      parseNames(outputFormats);
    } else if (command.is("OUTPUT_ARCH")) {
      parseNames(new ArrayList<>());
    } else {
      throw malformed(command, command.shown() + " is no command of a library's script", SUPPORTED);
    }
  }

  private void parseInputs(boolean asNeeded) {
    Token open = expectOpen();
    while (token.kind != Kind.CLOSE) {
      if (token.is(AS_NEEDED)) {
        if (asNeeded) {
          throw malformed(token, "AS_NEEDED inside AS_NEEDED", "Take the inner one out.");
        }
        next();
        parseInputs(true);
      } else if (token.isName()) {
        inputs.add(new Input(token.text, asNeeded, token.line, token.column));
        next();
      } else {
        skipSeparator(open);
      }
    }
    next();
  }

  private void parseNames(List<String> names) {
    Token open = expectOpen();
    while (token.kind != Kind.CLOSE) {
      if (token.isName()) {
        names.add(token.text);
        next();
      } else {
        skipSeparator(open);
      }
    }
    next();
  }

  private Token expectOpen() {
    Token open = token;
    if (open.kind != Kind.OPEN) {
      throw malformed(open, "expected \"(\", found " + open.shown(), SUPPORTED);
    }
    next();
    return open;
  }

  private void skipSeparator(Token open) {
    if (token.kind != Kind.SEPARATOR) {
      throw malformed(
          token,
          "expected a file name or \")\" for the \"(\" at %d:%d, found %s"
              .formatted(open.line, open.column, token.shown()),
          SUPPORTED);
    }
    next();
  }

  private void next() {
    skipBlanksAndComments();
    int start = position;
    int column = start - lineStart + 1;
    if (start == text.length()) {
      token = new Token(Kind.END, "", line, column);
      return;
    }
    char first = text.charAt(start);
    token =
        switch (first) {
          case '(' -> punctuation(Kind.OPEN, column);
          case ')' -> punctuation(Kind.CLOSE, column);
          case ',', ';' -> punctuation(Kind.SEPARATOR, column);
          case '"' -> quoted(column);
          default -> word(column);
        };
  }

  private Token punctuation(Kind kind, int column) {
    position++;
    return new Token(kind, text.substring(position - 1, position), line, column);
  }

  private Token quoted(int column) {
    int end = text.indexOf('"', position + 1);
    int newline = text.indexOf('\n', position);
    if (end < 0 || (newline >= 0 && newline < end)) {
      throw malformed(
          new Token(Kind.QUOTED, "", line, column), "a quoted name has no end", "Close the quote.");
    }
    String name = text.substring(position + 1, end);
    position = end + 1;
    return new Token(Kind.QUOTED, name, line, column);
  }

  private Token word(int column) {
    int start = position;
    while (position < text.length() && !endsWord(text.charAt(position))) {
      position++;
    }
    return new Token(Kind.WORD, text.substring(start, position), line, column);
  }

  private static boolean endsWord(char c) {
    return isBlank(c) || c == '(' || c == ')' || c == ',' || c == ';' || c == '"';
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
  }

  private void skipBlanksAndComments() {
    while (position < text.length()) {
      if (isBlank(text.charAt(position))) {
        advance(position + 1);
      } else if (text.startsWith("/*", position)) {
        skipComment();
      } else {
        return;
      }
    }
  }

  private void skipComment() {
    int end = text.indexOf("*/", position + 2);
    if (end < 0) {
      Token comment = new Token(Kind.END, "", line, position - lineStart + 1);
      throw malformed(comment, "a comment has no end", "Close it with \"*/\".");
    }
    advance(end + 2);
  }

  private void advance(int to) {
    for (; position < to; position++) {
      if (text.charAt(position) == '\n') {
        line++;
        lineStart = position + 1;
      }
    }
  }

  private MalformedLinkerScriptException malformed(Token at, String what, String mend) {
    return new MalformedLinkerScriptException(path.toString(), at.line, at.column, what, mend);
  }
}
