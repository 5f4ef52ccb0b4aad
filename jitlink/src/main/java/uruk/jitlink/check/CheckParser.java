package uruk.jitlink.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Recursive descent over the text of one rule. */
final class CheckParser {

  private static final int MAX_NESTING = 200;
  private static final int OCTAL = 8;
  private static final int DECIMAL = 10;
  private static final int HEXADECIMAL = 16;
  private static final String EXPRESSION_START = "'(', '*', identifier, or number";
  private static final String END = "";

  private final String text;
  private int end;
  private int position;
  private int nesting;

  private CheckParser(String text) {
    this.text = text;
    this.end = text.length();
  }

  /** Both sides of a rule, which are split at the first equals sign. */
  record Sides(Expression left, Expression right) {}

  static Sides parseRule(String rule) throws CheckSyntaxException {
    var parser = new CheckParser(rule);
    int equals = rule.indexOf('=');
    if (equals < 0) {
      throw new CheckSyntaxException(rule.length() + 1, "Missing '=' between two expressions");
    }
    parser.end = equals;
    Expression left = parser.side();
    parser.position = equals + 1;
    parser.end = rule.length();
    return new Sides(left, parser.side());
  }

  private Expression side() throws CheckSyntaxException {
    skipBlanks();
    if (position == end) {
      throw new CheckSyntaxException(position + 1, "Unexpected end of expression");
    }
    Expression side = complex();
    if (position < end) {
      throw unexpected(END);
    }
    return side;
  }

  private Expression complex() throws CheckSyntaxException {
    if (++nesting > MAX_NESTING) {
      throw new CheckSyntaxException(
          position + 1, "Expressions are nested more than %d deep".formatted(MAX_NESTING));
    }
    Expression first = simple();
    var steps = new ArrayList<Expression.Step>();
    for (Optional<Expression.Operator> operator = operator();
        operator.isPresent();
        operator = operator()) {
      steps.add(new Expression.Step(operator.get(), simple()));
    }
    nesting--;
    return steps.isEmpty() ? first : new Expression.Chain(first, List.copyOf(steps));
  }

  private Optional<Expression.Operator> operator() {
    skipBlanks();
    for (Expression.Operator operator : Expression.Operator.values()) {
      if (accept(operator.token())) {
        return Optional.of(operator);
      }
    }
    return Optional.empty();
  }

  private Expression simple() throws CheckSyntaxException {
    skipBlanks();
    if (position == end) {
      throw new CheckSyntaxException(position + 1, "Unexpected end of expression");
    }
    Expression value = unsliced();
    skipBlanks();
    return accept("[") ? slice(value) : value;
  }

  private Expression unsliced() throws CheckSyntaxException {
    char first = text.charAt(position);
    if (accept("(")) {
      Expression inner = complex();
      expect(")");
      return inner;
    }
    if (first == '*') {
      return load();
    }
    if (isDigit(first)) {
      return new Expression.Constant(number());
    }
    if (startsIdentifier(first)) {
      return identifierOrCall();
    }
    throw unexpected(EXPRESSION_START);
  }

  private Expression load() throws CheckSyntaxException {
    expect("*");
    expect("{");
    int at = position;
    long size = number();
    if (size < 1 || size > Long.BYTES) {
      throw new CheckSyntaxException(at + 1, "Invalid size for dereference.");
    }
    if (!accept("}")) {
      throw new CheckSyntaxException(position + 1, "Missing '}' for dereference.");
    }
    return new Expression.Load((int) size, complex());
  }

  private Expression slice(Expression value) throws CheckSyntaxException {
    int at = position;
    long high = number();
    expect(":");
    long low = number();
    expect("]");
    if (low < 0 || high < low || high >= Long.SIZE) {
      throw new CheckSyntaxException(
          at + 1, "Invalid bit range [%d:%d]: 63 >= high >= low".formatted(high, low));
    }
    return new Expression.Slice(value, (int) high, (int) low);
  }

  private Expression identifierOrCall() throws CheckSyntaxException {
    String name = identifier();
    return switch (name) {
      case "decode_operand" -> decodeOperand();
      case "next_pc" -> nextPc();
      case "section_addr" -> sectionAddress();
      case "got_addr" -> {
        Entry entry = entry();
        yield new Expression.GotAddress(entry.file, entry.symbol, entry.kind);
      }
      case "stub_addr" -> {
        Entry entry = entry();
        yield new Expression.StubAddress(entry.file, entry.symbol, entry.kind);
      }
      default -> new Expression.Symbol(name);
    };
  }

  private Expression decodeOperand() throws CheckSyntaxException {
    expect("(");
    String symbol = identifier();
    skipBlanks();
    long offset = accept("+") ? number() : 0;
    expect(",");
    long index = number();
    expect(")");
    return new Expression.DecodeOperand(symbol, offset, index);
  }

  private Expression nextPc() throws CheckSyntaxException {
    expect("(");
    String symbol = identifier();
    expect(")");
    return new Expression.NextPc(symbol);
  }

  /** A Mach-O section name has a comma of its own: everything up to the parenthesis is the name. */
  private Expression sectionAddress() throws CheckSyntaxException {
    expect("(");
    String file = upTo(',');
    expect(",");
    String section = upTo(')');
    expect(")");
    return new Expression.SectionAddress(file, section);
  }

  private record Entry(String file, String symbol, Optional<String> kind) {}

  private Entry entry() throws CheckSyntaxException {
    expect("(");
    String file = upTo(',');
    expect(",");
    String symbol = identifier();
    skipBlanks();
    Optional<String> kind = accept(",") ? Optional.of(upTo(')')) : Optional.empty();
    expect(")");
    return new Entry(file, symbol, kind);
  }

  private String upTo(char delimiter) throws CheckSyntaxException {
    skipBlanks();
    int found = text.indexOf(delimiter, position);
    if (found < 0 || found >= end) {
      throw unexpected("'" + delimiter + "'");
    }
    String name = text.substring(position, found).strip();
    position = found;
    return name;
  }

  private String identifier() throws CheckSyntaxException {
    skipBlanks();
    if (position == end || !startsIdentifier(text.charAt(position))) {
      throw unexpected("identifier");
    }
    int start = position;
    while (position < end && continuesIdentifier(text.charAt(position))) {
      position++;
    }
    return text.substring(start, position);
  }

  private long number() throws CheckSyntaxException {
    skipBlanks();
    int start = position;
    int radix = DECIMAL;
    if (text.startsWith("0x", position)) {
      radix = HEXADECIMAL;
      position += 2;
    }
    int digits = position;
    while (position < end && Character.digit(text.charAt(position), radix) >= 0) {
      position++;
    }
    if (position == digits) {
      position = start;
      throw unexpected("number");
    }
    if (radix == DECIMAL && position - digits > 1 && text.charAt(digits) == '0') {
      radix = OCTAL;
    }
    try {
      return Long.parseUnsignedLong(text, digits, position, radix);
    } catch (NumberFormatException e) {
      throw new CheckSyntaxException(
          start + 1,
          "Number '%s' %s"
              .formatted(
                  text.substring(start, position),
                  radix == OCTAL ? "begins with 0, but is not octal" : "exceeds 64 bits"));
    }
  }

  private void expect(String token) throws CheckSyntaxException {
    skipBlanks();
    if (!accept(token)) {
      throw unexpected("'" + token + "'");
    }
  }

  private boolean accept(String token) {
    if (position + token.length() <= end && text.startsWith(token, position)) {
      position += token.length();
      return true;
    }
    return false;
  }

  private CheckSyntaxException unexpected(String expected) {
    String rest = text.substring(position, end);
    int length = 0;
    while (length < rest.length() && continuesIdentifier(rest.charAt(length))) {
      length++;
    }
    String token = rest.substring(0, Math.min(rest.length(), Math.max(1, length)));
    return new CheckSyntaxException(
        position + 1,
        "Encountered unexpected token '%s' while parsing subexpression '%s'%s"
            .formatted(token, rest.strip(), expected.equals(END) ? "" : " expected " + expected));
  }

  private void skipBlanks() {
    while (position < end && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  private static boolean startsIdentifier(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean continuesIdentifier(char c) {
    return startsIdentifier(c) || isDigit(c) || c == '.' || c == ':' || c == '$';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
