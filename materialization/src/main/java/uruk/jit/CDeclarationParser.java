package uruk.jit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the part of C's declarations (ISO C 6.7) that tells how to call a function. */
final class CDeclarationParser {
  private static final Set<String> IGNORED =
      Set.of(
          "const",
          "volatile",
          "restrict",
          "__restrict",
          "extern",
          "static",
          "inline",
          "register",
          "_Noreturn");

  private static final Set<String> INTEGER_WORDS =
      Set.of("char", "short", "int", "long", "signed", "unsigned");

  private static final Map<String, MemoryLayout> NAMED_TYPES =
      Map.ofEntries(
          Map.entry("float", ValueLayout.JAVA_FLOAT),
          Map.entry("double", ValueLayout.JAVA_DOUBLE),
          Map.entry("bool", ValueLayout.JAVA_BOOLEAN),
          Map.entry("_Bool", ValueLayout.JAVA_BOOLEAN),
          Map.entry("int8_t", ValueLayout.JAVA_BYTE),
          Map.entry("uint8_t", ValueLayout.JAVA_BYTE),
          Map.entry("int16_t", ValueLayout.JAVA_SHORT),
          Map.entry("uint16_t", ValueLayout.JAVA_SHORT),
          Map.entry("int32_t", ValueLayout.JAVA_INT),
          Map.entry("uint32_t", ValueLayout.JAVA_INT),
          Map.entry("wchar_t", ValueLayout.JAVA_INT),
          Map.entry("int64_t", ValueLayout.JAVA_LONG),
          Map.entry("uint64_t", ValueLayout.JAVA_LONG),
          Map.entry("size_t", ValueLayout.JAVA_LONG),
          Map.entry("ssize_t", ValueLayout.JAVA_LONG),
          Map.entry("off_t", ValueLayout.JAVA_LONG),
          Map.entry("time_t", ValueLayout.JAVA_LONG),
          Map.entry("intptr_t", ValueLayout.JAVA_LONG),
          Map.entry("uintptr_t", ValueLayout.JAVA_LONG),
          Map.entry("ptrdiff_t", ValueLayout.JAVA_LONG));

  private final CTokens tokens;

  CDeclarationParser(String text) {
    this.tokens = new CTokens(text);
  }

  /**
   * What a declarator makes of a type: its name, if it has one, and whether it is a pointer now.
   */
  private record Declarator(@Nullable String name, boolean pointer, int arrayLength) {}

  CSignature function() {
    Type result = type();
    boolean pointer = pointers();
    String name = tokens.identifier("the function's name");
    tokens.expect("(");
    List<MemoryLayout> arguments = new ArrayList<>();
    int fixed = parameters(arguments);
    tokens.accept(";");
    tokens.expectEnd();
    FunctionDescriptor descriptor =
        !pointer && result.isVoid()
            ? FunctionDescriptor.ofVoid()
            : FunctionDescriptor.of(pointer ? ValueLayout.ADDRESS : result.layout(tokens));
    return CSignature.of(name, arguments, descriptor, fixed);
  }

  /** Reads up to the closing parenthesis; returns the number of fixed arguments, or -1. */
  private int parameters(List<MemoryLayout> arguments) {
    int fixed = -1;
    if (tokens.accept(")")) {
      return fixed;
    }
    do {
      if (tokens.accept("...")) {
        fixed = arguments.size();
      } else {
        Type type = type();
        Declarator declarator = declarator();
        boolean pointer = declarator.pointer() || declarator.arrayLength() >= 0;
        if (!pointer && type.isVoid() && arguments.isEmpty()) {
          break; // f(void)
        }
        arguments.add(pointer ? ValueLayout.ADDRESS : type.layout(tokens));
      }
    } while (tokens.accept(","));
    tokens.expect(")");
    return fixed;
  }

  /** Pointers, then a name, arrays, or a function pointer. */
  private Declarator declarator() {
    boolean pointer = pointers();
    if (tokens.accept("(")) {
      tokens.expect("*");
      String name = tokens.optionalIdentifier();
      tokens.expect(")");
      tokens.expect("(");
      parameters(new ArrayList<>());
      return new Declarator(name, true, -1);
    }
    String name = tokens.optionalIdentifier();
    int length = -1;
    while (tokens.accept("[")) {
      int dimension = tokens.optionalNumber();
      length = length < 0 ? dimension : length * dimension;
      tokens.expect("]");
    }
    return new Declarator(name, pointer, length);
  }

  private boolean pointers() {
    boolean any = false;
    while (true) {
      if (tokens.accept("*")) {
        any = true;
      } else if (!tokens.acceptAny(IGNORED)) {
        return any;
      }
    }
  }

  /** A type as it is written, whose layout is asked for only if it is not behind a pointer. */
  private record Type(String text, @Nullable MemoryLayout known) {
    boolean isVoid() {
      return text.equals("void");
    }

    MemoryLayout layout(CTokens tokens) {
      if (known == null) {
        throw tokens.error(
            isVoid()
                ? "void is no type of a value"
                : "the layout of "
                    + text
                    + " is not known; write a structure's members out, as in"
                    + " struct { double x, y; }, or use a pointer");
      }
      return known;
    }
  }

  private Type type() {
    while (tokens.acceptAny(IGNORED)) {}
    if (tokens.accept("struct")) {
      return structure();
    }
    if (tokens.accept("enum")) {
      tokens.identifier("the enumeration's name");
      return new Type("enum", ValueLayout.JAVA_INT);
    }
    if (tokens.accept("union")) {
      return new Type("union " + tokens.identifier("the union's name"), null);
    }
    TreeSet<String> integerWords = new TreeSet<>();
    int longs = 0;
    while (INTEGER_WORDS.contains(tokens.peek())) {
      String word = tokens.identifier("a type");
      longs += word.equals("long") ? 1 : 0;
      integerWords.add(word);
      while (tokens.acceptAny(IGNORED)) {}
    }
    if (integerWords.isEmpty()) {
      String name = tokens.identifier("a type");
      return new Type(name, NAMED_TYPES.get(name));
    }
    if (longs == 1 && tokens.accept("double")) {
      return new Type("long double", null);
    }
    return new Type(String.join(" ", integerWords), integer(integerWords));
  }

  private static MemoryLayout integer(Set<String> words) {
    if (words.contains("char")) {
      return ValueLayout.JAVA_BYTE;
    }
    if (words.contains("short")) {
      return ValueLayout.JAVA_SHORT;
    }
    return words.contains("long") ? ValueLayout.JAVA_LONG : ValueLayout.JAVA_INT;
  }

  private Type structure() {
    String name = tokens.optionalIdentifier();
    String text = name == null ? "struct" : "struct " + name;
    if (!tokens.accept("{")) {
      return new Type(text, null);
    }
    List<MemoryLayout> members = new ArrayList<>();
    while (!tokens.accept("}")) {
      Type type = type();
      do {
        members.add(member(type, declarator()));
      } while (tokens.accept(","));
      tokens.expect(";");
    }
    return new Type(text, padded(members));
  }

  private MemoryLayout member(Type type, Declarator declarator) {
    MemoryLayout layout = declarator.pointer() ? ValueLayout.ADDRESS : type.layout(tokens);
    if (declarator.arrayLength() >= 0) {
      layout = MemoryLayout.sequenceLayout(declarator.arrayLength(), layout);
    }
    return declarator.name() == null ? layout : layout.withName(declarator.name());
  }

  /** Members at their natural alignment, as every ABI of ours lays them out. */
  private static StructLayout padded(List<MemoryLayout> members) {
    List<MemoryLayout> elements = new ArrayList<>();
    long offset = 0;
    long alignment = 1;
    for (MemoryLayout member : members) {
      offset += pad(elements, offset, member.byteAlignment()) + member.byteSize();
      elements.add(member);
      alignment = Math.max(alignment, member.byteAlignment());
    }
    pad(elements, offset, alignment);
    return MemoryLayout.structLayout(elements.toArray(MemoryLayout[]::new));
  }

  private static long pad(List<MemoryLayout> elements, long offset, long alignment) {
    long padding = -offset & alignment - 1;
    if (padding > 0) {
      elements.add(MemoryLayout.paddingLayout(padding));
    }
    return padding;
  }
}
