package uruk.jit;

import java.lang.foreign.MemoryLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jit.CType.Scalar;

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

  private static final Map<String, CType> NAMED_TYPES =
      Map.ofEntries(
          Map.entry("void", new CType.VoidType()),
          Map.entry("float", Scalar.FLOAT),
          Map.entry("double", Scalar.DOUBLE),
          Map.entry("bool", Scalar.BOOLEAN),
          Map.entry("_Bool", Scalar.BOOLEAN),
          Map.entry("int8_t", Scalar.SIGNED_8),
          Map.entry("uint8_t", Scalar.UNSIGNED_8),
          Map.entry("int16_t", Scalar.SIGNED_16),
          Map.entry("uint16_t", Scalar.UNSIGNED_16),
          Map.entry("int32_t", Scalar.SIGNED_32),
          Map.entry("uint32_t", Scalar.UNSIGNED_32),
          Map.entry("int64_t", Scalar.SIGNED_64),
          Map.entry("uint64_t", Scalar.UNSIGNED_64),
          Map.entry("wchar_t", Scalar.SIGNED_32),
          Map.entry("size_t", Scalar.UNSIGNED_64),
          Map.entry("ssize_t", Scalar.SIGNED_64),
          Map.entry("off_t", Scalar.SIGNED_64),
          Map.entry("time_t", Scalar.SIGNED_64),
          Map.entry("intptr_t", Scalar.SIGNED_64),
          Map.entry("uintptr_t", Scalar.UNSIGNED_64),
          Map.entry("ptrdiff_t", Scalar.SIGNED_64));

  /** A pointer to a function is as far from characters as a pointer to a pointer. */
  private static final int FUNCTION_POINTER = 2;

  private final CTokens tokens;

  CDeclarationParser(String text) {
    this.tokens = new CTokens(text);
  }

  /**
   * What a declarator makes of a type.
   *
   * @param name the name, if it has one
   * @param stars how many pointers are between the name and the type
   * @param arrayLength how many elements all dimensions have together; -1 if it is no array
   */
  private record Declarator(@Nullable String name, int stars, int arrayLength) {}

  CSignature function() {
    Type written = type();
    int stars = stars();
    String name = tokens.identifier("the function's name");
    tokens.expect("(");
    List<CType> parameters = new ArrayList<>();
    OptionalInt fixed = parameters(parameters);
    tokens.accept(";");
    tokens.expectEnd();
    CType result = stars > 0 ? written.pointer(stars) : written.resultType(tokens);
    return new CSignature(name, result, List.copyOf(parameters), fixed);
  }

  /** Reads up to the closing parenthesis; returns the number of fixed ones if there are others. */
  private OptionalInt parameters(List<CType> parameters) {
    OptionalInt fixed = OptionalInt.empty();
    if (tokens.accept(")")) {
      return fixed;
    }
    do {
      if (tokens.accept("...")) {
        fixed = OptionalInt.of(parameters.size());
      } else {
        Type type = type();
        Declarator declarator = declarator();
        int stars = declarator.stars() + (declarator.arrayLength() >= 0 ? 1 : 0);
        if (stars == 0 && type.isVoid() && parameters.isEmpty()) {
          break; // f(void)
        }
        CType parameter = stars > 0 ? type.pointer(stars) : type.valueType(tokens);
        parameters.add(fixed.isPresent() ? promoted(parameter) : parameter);
      }
    } while (tokens.accept(","));
    tokens.expect(")");
    return fixed;
  }

  /** The default argument promotions of ISO C 6.5.2.2, which variadic arguments undergo. */
  private static CType promoted(CType type) {
    return switch (type) {
      case Scalar scalar ->
          switch (scalar) {
            case BOOLEAN, CHARACTER, SIGNED_8, UNSIGNED_8, SIGNED_16, UNSIGNED_16 ->
                Scalar.SIGNED_32;
            case FLOAT -> Scalar.DOUBLE;
            case SIGNED_32, UNSIGNED_32, SIGNED_64, UNSIGNED_64, DOUBLE -> scalar;
          };
      case CType.VoidType _, CType.Pointer _, CType.Structure _, CType.Array _ -> type;
    };
  }

  /** Pointers, then a name, arrays, or a function pointer. */
  private Declarator declarator() {
    int stars = stars();
    if (tokens.accept("(")) {
      tokens.expect("*");
      String name = tokens.optionalIdentifier();
      tokens.expect(")");
      tokens.expect("(");
      parameters(new ArrayList<>());
      return new Declarator(name, FUNCTION_POINTER, -1);
    }
    String name = tokens.optionalIdentifier();
    int length = -1;
    while (tokens.accept("[")) {
      int dimension = tokens.optionalNumber();
      length = length < 0 ? dimension : length * dimension;
      tokens.expect("]");
    }
    return new Declarator(name, stars, length);
  }

  private int stars() {
    int stars = 0;
    while (true) {
      if (tokens.accept("*")) {
        stars++;
      } else if (!tokens.acceptAny(IGNORED)) {
        return stars;
      }
    }
  }

  /** A type as it is written, whose layout is asked for only if it is not behind a pointer. */
  private record Type(String text, @Nullable CType known) {
    boolean isVoid() {
      return known instanceof CType.VoidType;
    }

    CType pointer(int stars) {
      boolean character =
          known == Scalar.CHARACTER || known == Scalar.SIGNED_8 || known == Scalar.UNSIGNED_8;
      return new CType.Pointer(stars == 1 && character);
    }

    CType resultType(CTokens tokens) {
      return isVoid() ? new CType.VoidType() : valueType(tokens);
    }

    CType valueType(CTokens tokens) {
      if (known == null || isVoid()) {
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
      return new Type("enum", Scalar.SIGNED_32);
    }
    if (tokens.accept("union")) {
      return new Type("union " + tokens.identifier("the union's name"), null);
    }
    List<String> words = new ArrayList<>();
    while (INTEGER_WORDS.contains(tokens.peek())) {
      words.add(tokens.identifier("a type"));
      while (tokens.acceptAny(IGNORED)) {}
    }
    if (words.isEmpty()) {
      String name = tokens.identifier("a type");
      return new Type(name, NAMED_TYPES.get(name));
    }
    if (words.equals(List.of("long")) && tokens.accept("double")) {
      return new Type("long double", null);
    }
    if (!isInteger(words)) {
      throw tokens.error("'" + String.join(" ", words) + "' is no type");
    }
    return new Type(String.join(" ", words), integer(words));
  }

  /** ISO C 6.7.2: the words may come in any order. */
  private static boolean isInteger(List<String> words) {
    int signs = count(words, "signed") + count(words, "unsigned");
    int chars = count(words, "char");
    int shorts = count(words, "short");
    int ints = count(words, "int");
    int longs = count(words, "long");
    int sizes = chars + shorts + Math.min(longs, 1);
    return signs <= 1 && sizes <= 1 && longs <= 2 && ints <= 1 && chars + ints <= 1;
  }

  private static int count(List<String> words, String word) {
    return Collections.frequency(words, word);
  }

  private static CType integer(List<String> words) {
    boolean unsigned = words.contains("unsigned");
    if (words.contains("char")) {
      return unsigned
          ? Scalar.UNSIGNED_8
          : words.contains("signed") ? Scalar.SIGNED_8 : Scalar.CHARACTER;
    }
    if (words.contains("short")) {
      return unsigned ? Scalar.UNSIGNED_16 : Scalar.SIGNED_16;
    }
    if (words.contains("long")) {
      return unsigned ? Scalar.UNSIGNED_64 : Scalar.SIGNED_64;
    }
    return unsigned ? Scalar.UNSIGNED_32 : Scalar.SIGNED_32;
  }

  private Type structure() {
    String name = tokens.optionalIdentifier();
    String text = name == null ? "struct" : "struct " + name;
    if (!tokens.accept("{")) {
      return new Type(text, null);
    }
    StructureBuilder members = new StructureBuilder();
    while (!tokens.accept("}")) {
      Type type = type();
      do {
        Declarator declarator = declarator();
        members.add(declarator.name(), memberType(type, declarator));
      } while (tokens.accept(","));
      tokens.expect(";");
    }
    return new Type(text, members.build());
  }

  private CType memberType(Type type, Declarator declarator) {
    CType element =
        declarator.stars() > 0 ? type.pointer(declarator.stars()) : type.valueType(tokens);
    return declarator.arrayLength() < 0
        ? element
        : new CType.Array(element, declarator.arrayLength());
  }

  /** Lays members out at their natural alignment, as every ABI of ours does. */
  private static final class StructureBuilder {
    private final List<CType.Member> members = new ArrayList<>();
    private final List<MemoryLayout> elements = new ArrayList<>();
    private long offset;
    private long alignment = 1;

    void add(@Nullable String name, CType type) {
      MemoryLayout layout = type.valueLayout();
      pad(layout.byteAlignment());
      members.add(new CType.Member(name == null ? "" : name, offset, type));
      elements.add(name == null ? layout : layout.withName(name));
      offset += layout.byteSize();
      alignment = Math.max(alignment, layout.byteAlignment());
    }

    CType.Structure build() {
      pad(alignment);
      return new CType.Structure(
          List.copyOf(members), MemoryLayout.structLayout(elements.toArray(MemoryLayout[]::new)));
    }

    private void pad(long boundary) {
      long padding = -offset & boundary - 1;
      if (padding > 0) {
        elements.add(MemoryLayout.paddingLayout(padding));
        offset += padding;
      }
    }
  }
}
