package uruk.jitlink.host;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the names that newer versions of rustc give symbols into source form (Rust RFC 2603, "v0"
 * symbol mangling). Recursive descent over the grammar of the RFC; hashes that tell crates of one
 * name apart are left out.
 */
final class RustV0Names {
  private static final String PREFIX = "_R";

  /** References back make long text of short names: what nobody reads stays mangled. */
  private static final int LONGEST = 10_000;

  private static final int MOST_NESTED = 300;

  private static final Map<Character, String> BASIC_TYPES =
      Map.ofEntries(
          Map.entry('a', "i8"),
          Map.entry('b', "bool"),
          Map.entry('c', "char"),
          Map.entry('d', "f64"),
          Map.entry('e', "str"),
          Map.entry('f', "f32"),
          Map.entry('h', "u8"),
          Map.entry('i', "isize"),
          Map.entry('j', "usize"),
          Map.entry('l', "i32"),
          Map.entry('m', "u32"),
          Map.entry('n', "i128"),
          Map.entry('o', "u128"),
          Map.entry('p', "_"),
          Map.entry('s', "i16"),
          Map.entry('t', "u16"),
          Map.entry('u', "()"),
          Map.entry('v', "..."),
          Map.entry('x', "i64"),
          Map.entry('y', "u64"),
          Map.entry('z', "!"));

  private final String name;
  private final int end;
  private final StringBuilder out = new StringBuilder();
  private int position = PREFIX.length();
  private int nesting;
  private int boundLifetimes;
  private boolean silent; // what is read is not printed

  private RustV0Names(String name, int end) {
    this.name = name;
    this.end = end;
  }

  /** The name does not follow the grammar, or is too large. */
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreadable() {
      super(null, null, false, false);
    }
  }

  /** {@return the source form, or null if the name is none of this mangling} */
  static @Nullable String demangle(String name) {
    if (!name.startsWith(PREFIX)) {
      return null;
    }
    int suffix = name.indexOf('.'); // what LLVM adds to copies of a function
    RustV0Names names = new RustV0Names(name, suffix < 0 ? name.length() : suffix);
    try {
      names.path(true);
      if (names.position < names.end) {
        names.silent = true;
        names.path(false); // the crate that asked for the instance
      }
      return names.position == names.end ? names.out.toString() : null;
    } catch (Unreadable none) {
      return null;
    }
  }

  // Paths
  // ------------------------------------------------------------------------------------------

  /**
   * @param value whether the path names a value, whose generic arguments have two colons before
   *     them
   */
  private void path(boolean value) throws Unreadable {
    enter();
    switch (next()) {
      case 'C' -> print(identifier().text);
      case 'M' -> {
        implementation();
        print("<");
        type();
        print(">");
      }
      case 'X' -> {
        implementation();
        typeAsTrait();
      }
      case 'Y' -> typeAsTrait();
      case 'N' -> nested(value);
      case 'I' -> {
        path(value);
        print(value ? "::<" : "<");
        genericArguments();
        print(">");
      }
      case 'B' -> back(() -> path(value));
      default -> throw new Unreadable();
    }
    nesting--;
  }

  /** Where an implementation stands, which its type tells well enough. */
  private void implementation() throws Unreadable {
    boolean before = silent;
    silent = true;
    disambiguator();
    path(false);
    silent = before;
  }

  private void typeAsTrait() throws Unreadable {
    print("<");
    type();
    print(" as ");
    path(false);
    print(">");
  }

  private void nested(boolean value) throws Unreadable {
    char namespace = next();
    path(value);
    Identifier identifier = identifier();
    if (Character.isLowerCase(namespace)) {
      if (!identifier.text.isEmpty()) {
        print("::" + identifier.text);
      }
      return;
    }
    String kind =
        switch (namespace) {
          case 'C' -> "closure";
          case 'S' -> "shim";
          default -> Character.toString(namespace);
        };
    String named = identifier.text.isEmpty() ? kind : kind + ":" + identifier.text;
    print("::{" + named + "#" + identifier.disambiguator + "}");
  }

  private void genericArguments() throws Unreadable {
    for (boolean first = true; !accept('E'); first = false) {
      print(first ? "" : ", ");
      if (accept('L')) {
        lifetime(number62());
      } else if (accept('K')) {
        constant();
      } else {
        type();
      }
    }
  }

  // Types
  // ------------------------------------------------------------------------------------------

  private void type() throws Unreadable {
    enter();
    char tag = next();
    String basic = BASIC_TYPES.get(tag);
    if (basic != null) {
      print(basic);
    } else {
      switch (tag) {
        case 'A' -> {
          print("[");
          type();
          print("; ");
          constant();
          print("]");
        }
        case 'S' -> {
          print("[");
          type();
          print("]");
        }
        case 'T' -> tuple();
        case 'R' -> reference("");
        case 'Q' -> reference("mut ");
        case 'P' -> pointer("const ");
        case 'O' -> pointer("mut ");
        case 'F' -> bound(this::function);
        case 'D' -> dynamic();
        case 'B' -> back(this::type);
        default -> {
          position--;
          path(false);
        }
      }
    }
    nesting--;
  }

  private void tuple() throws Unreadable {
    print("(");
    int count = types("E");
    print(count == 1 ? ",)" : ")");
  }

  /** Types up to a letter, separated by commas; returns how many. */
  private int types(String last) throws Unreadable {
    int count = 0;
    for (; !accept(last.charAt(0)); count++) {
      print(count == 0 ? "" : ", ");
      type();
    }
    return count;
  }

  private void reference(String mutable) throws Unreadable {
    print("&");
    if (accept('L')) {
      long lifetime = number62();
      if (lifetime != 0) {
        lifetime(lifetime);
        print(" ");
      }
    }
    print(mutable);
    type();
  }

  private void pointer(String mutable) throws Unreadable {
    print("*" + mutable);
    type();
  }

  private void function() throws Unreadable {
    print(accept('U') ? "unsafe " : "");
    if (accept('K')) {
      String abi = accept('C') ? "C" : undisambiguated().replace('_', '-');
      print("extern \"" + abi + "\" ");
    }
    print("fn(");
    types("E");
    print(")");
    if (accept('u')) {
      return; // returns ()
    }
    print(" -> ");
    type();
  }

  private void dynamic() throws Unreadable {
    print("dyn ");
    bound(() -> {
      for (boolean first = true; !accept('E'); first = false) {
        print(first ? "" : " + ");
        trait();
      }
    });
    if (!accept('L')) {
      throw new Unreadable();
    }
    long lifetime = number62();
    if (lifetime != 0) {
      print(" + ");
      lifetime(lifetime);
    }
  }

  /** A trait's associated types stand among its generic arguments. */
  private void trait() throws Unreadable {
    boolean open = traitPath();
    while (accept('p')) {
      print(open ? ", " : "<");
      open = true;
      print(undisambiguated() + " = ");
      type();
    }
    print(open ? ">" : "");
  }

  /** {@return whether generic arguments were printed, which are not closed yet} */
  private boolean traitPath() throws Unreadable {
    if (accept('B')) {
      boolean[] open = new boolean[1];
      back(() -> open[0] = traitPath());
      return open[0];
    }
    if (!accept('I')) {
      path(false);
      return false;
    }
    path(false);
    print("<");
    genericArguments();
    return true;
  }

  // Lifetimes
  // --------------------------------------------------------------------------------------

  private void bound(Part part) throws Unreadable {
    int before = boundLifetimes;
    if (accept('G')) {
      long count = number62() + 1;
      if (count < 0 || count > LONGEST) {
        throw new Unreadable();
      }
      print("for<");
      for (int i = 0; i < count; i++) {
        print(i == 0 ? "" : ", ");
        boundLifetimes++;
        lifetime(1);
      }
      print("> ");
    }
    part.read();
    boundLifetimes = before;
  }

  /** Counted from the innermost that is bound; 0 is one that has no name. */
  private void lifetime(long index) throws Unreadable {
    if (index < 0 || index > boundLifetimes) {
      throw new Unreadable();
    }
    long depth = boundLifetimes - index;
    print(index == 0 ? "'_" : depth < 26 ? "'" + (char) ('a' + depth) : "'z" + (depth - 25));
  }

  // Constants
  // --------------------------------------------------------------------------------------

  private void constant() throws Unreadable {
    enter();
    char type = next();
    switch (type) {
      case 'p' -> print("_");
      case 'B' -> back(this::constant);
      case 'a', 'h', 'i', 'j', 'l', 'm', 'n', 'o', 's', 't', 'x', 'y' -> {
        print(accept('n') ? "-" : "");
        String digits = hexadecimal();
        print(digits.length() > 16 ? "0x" + digits : Long.toUnsignedString(parse(digits)));
      }
      case 'b' -> print(parse(hexadecimal()) == 0 ? "false" : "true");
      case 'c' -> character(parse(hexadecimal()));
      default -> throw new Unreadable(); // of other types nobody makes names yet
    }
    nesting--;
  }

  private void character(long code) throws Unreadable {
    if (code < 0 || code > Character.MAX_CODE_POINT) {
      throw new Unreadable();
    }
    boolean plain = code >= ' ' && code < 0x7f && code != '\'' && code != '\\';
    print(plain ? "'" + (char) code + "'" : "'\\u{%x}'".formatted(code));
  }

  private String hexadecimal() throws Unreadable {
    int begin = position;
    while (!accept('_')) {
      if (Character.digit(next(), 16) < 0) {
        throw new Unreadable();
      }
    }
    String digits = name.substring(begin, position - 1);
    return digits.isEmpty() ? "0" : digits;
  }

  private static long parse(String digits) throws Unreadable {
    if (digits.length() > 16) {
      throw new Unreadable();
    }
    return Long.parseUnsignedLong(digits, 16);
  }

  // Words
  // ------------------------------------------------------------------------------------------

  private record Identifier(String text, long disambiguator) {}

  private Identifier identifier() throws Unreadable {
    long disambiguator = disambiguator();
    return new Identifier(undisambiguated(), disambiguator);
  }

  private long disambiguator() throws Unreadable {
    return accept('s') ? number62() + 1 : 0;
  }

  private String undisambiguated() throws Unreadable {
    boolean punycode = accept('u');
    int length = 0;
    if (!accept('0')) {
      for (char digit = peek(); digit >= '0' && digit <= '9'; digit = peek()) {
        length = length * 10 + digit - '0';
        position++;
        if (length > end) {
          throw new Unreadable();
        }
      }
      if (length == 0) {
        throw new Unreadable();
      }
    }
    accept('_'); // before text that begins with a digit or an underscore
    if (length > end - position) {
      throw new Unreadable();
    }
    String text = name.substring(position, position + length);
    position += length;
    return punycode ? Punycode.decode(text) : text;
  }

  /** Digits, lower case, upper case; nothing at all is 0. Crates' hashes use all 64 bits. */
  private long number62() throws Unreadable {
    if (accept('_')) {
      return 0;
    }
    long number = 0;
    for (char next = next(); next != '_'; next = next()) {
      int digit;
      if (next >= '0' && next <= '9') {
        digit = next - '0';
      } else if (next >= 'a' && next <= 'z') {
        digit = next - 'a' + 10;
      } else if (next >= 'A' && next <= 'Z') {
        digit = next - 'A' + 36;
      } else {
        throw new Unreadable();
      }
      number = number * 62 + digit;
    }
    return number + 1;
  }

  /** A piece of the grammar. */
  @FunctionalInterface
  private interface Part {
    void read() throws Unreadable;
  }

  /** What stands here stood before, counted from behind the prefix. */
  private void back(Part part) throws Unreadable {
    int from = position - 1;
    long to = number62() + PREFIX.length();
    if (to < PREFIX.length() || to >= from) {
      throw new Unreadable();
    }
    if (!silent) {
      int here = position;
      position = (int) to;
      part.read();
      position = here;
    }
  }

  private void enter() throws Unreadable {
    if (++nesting > MOST_NESTED) {
      throw new Unreadable();
    }
  }

  private void print(String text) throws Unreadable {
    if (!silent) {
      out.append(text);
      if (out.length() > LONGEST) {
        throw new Unreadable();
      }
    }
  }

  private char peek() {
    return position < end ? name.charAt(position) : 0;
  }

  private char next() throws Unreadable {
    if (position >= end) {
      throw new Unreadable();
    }
    return name.charAt(position++);
  }

  private boolean accept(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    position++;
    return true;
  }
}
