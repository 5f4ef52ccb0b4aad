package uruk.jit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads the part of C's declarations (ISO C 6.7) that tells how to call a function. */
final class CDeclarationParser {
  /** Groups and declarators in each other; nobody writes more, and each takes of Java's stack. */
  private static final int MAX_NESTING = 100;

  private final CTokens tokens;
  private int nesting;

  /** The structures and unions that the declaration has defined so far, by {@code struct NAME}. */
  private final Map<String, CType> tags = new HashMap<>();

  CDeclarationParser(String text) {
    this.tokens = new CTokens(text);
  }

  /** What a declarator makes of a type (ISO C 6.7.6). */
  private sealed interface Derivation {
    record PointerTo() implements Derivation {}

    /** {@code length} is 0 where it is not said. */
    record ArrayOf(int length) implements Derivation {}

    /** {@code fixed} is how many parameters come before the variadic ones, if there are such. */
    record Function(List<CType> parameters, OptionalInt fixed) implements Derivation {}
  }

  /**
   * A declarator.
   *
   * @param name the name, if it has one
   * @param derivations read from the name outward: {@code *f[2]} is an array of pointers
   */
  private record Declarator(@Nullable String name, List<Derivation> derivations) {}

  /**
   * A type as it is written, whose layout is asked for only if it is not behind a pointer.
   *
   * @param known null if there is no value of this type, or its layout is not known
   */
  private record Specifier(String text, @Nullable CType known, CTokens.Place place) {
    boolean isVoid() {
      return known instanceof CType.VoidType;
    }

    boolean isCharacter() {
      return known == CType.Scalar.CHARACTER
          || known == CType.Scalar.SIGNED_8
          || known == CType.Scalar.UNSIGNED_8;
    }
  }

  CSignature function() {
    Specifier specifier = specifier();
    Declarator declarator = declarator("the function's name");
    if (declarator.derivations().isEmpty()
        || !(declarator.derivations().getFirst() instanceof Derivation.Function function)) {
      throw tokens.error("'(' is expected");
    }
    skipAttributes();
    tokens.accept(";");
    tokens.expectEnd();
    List<Derivation> result = afterFirst(declarator.derivations());
    if (!result.isEmpty() && result.getFirst() instanceof Derivation.ArrayOf) {
      throw specifier.place().error("no function returns an array; it may return a pointer");
    }
    return new CSignature(
        String.valueOf(declarator.name()),
        result.isEmpty() && specifier.isVoid() ? new CType.VoidType() : type(specifier, result),
        function.parameters(),
        function.fixed());
  }

  private static List<Derivation> afterFirst(List<Derivation> derivations) {
    return derivations.subList(1, derivations.size());
  }

  private CType type(Specifier specifier, List<Derivation> derivations) {
    if (derivations.isEmpty()) {
      return valueType(specifier);
    }
    List<Derivation> rest = afterFirst(derivations);
    return switch (derivations.getFirst()) {
      case Derivation.PointerTo _ -> new CType.Pointer(rest.isEmpty() && specifier.isCharacter());
      case Derivation.ArrayOf array -> array(specifier, type(specifier, rest), array.length());
      case Derivation.Function _ ->
          throw specifier
              .place()
              .error("a function is no value; a pointer to one is: int (*f)(int)");
    };
  }

  private static CType array(Specifier specifier, CType element, int length) {
    if (length > Integer.MAX_VALUE / Math.max(1, element.valueLayout().byteSize())) {
      throw specifier.place().error("the array is too large to be passed");
    }
    return new CType.Array(element, length);
  }

  private static CType valueType(Specifier specifier) {
    CType known = specifier.known();
    if (specifier.isVoid()) {
      throw specifier.place().error("void is no type of a value");
    }
    if (known == null) {
      throw specifier
          .place()
          .error(
              "the layout of "
                  + specifier.text()
                  + " is not known; write out what it stands for, as in struct { double x, y; }, or"
                  + " use a pointer");
    }
    return known;
  }

  /** A parameter that is written as an array or a function is a pointer (ISO C 6.7.6.3). */
  private CType parameterType(Specifier specifier, List<Derivation> derivations) {
    if (derivations.isEmpty()) {
      return valueType(specifier);
    }
    boolean toValues = derivations.size() == 1;
    return switch (derivations.getFirst()) {
      case Derivation.ArrayOf _ -> new CType.Pointer(toValues && specifier.isCharacter());
      case Derivation.Function _ -> new CType.Pointer(false);
      case Derivation.PointerTo _ -> type(specifier, derivations);
    };
  }

  /** Reads what follows the opening parenthesis. */
  private Derivation.Function parameters() {
    List<CType> parameters = new ArrayList<>();
    OptionalInt fixed = OptionalInt.empty();
    if (tokens.accept(")")) {
      return new Derivation.Function(parameters, fixed);
    }
    do {
      if (fixed.isEmpty() && tokens.accept("...")) {
        fixed = OptionalInt.of(parameters.size());
      } else {
        Specifier specifier = specifier();
        Declarator declarator = declarator(null);
        skipAttributes();
        boolean nothing = declarator.name() == null && declarator.derivations().isEmpty();
        if (nothing && specifier.isVoid() && parameters.isEmpty() && tokens.peek().equals(")")) {
          break; // f(void)
        }
        CType parameter = parameterType(specifier, declarator.derivations());
        parameters.add(fixed.isPresent() ? promoted(parameter) : parameter);
      }
    } while (tokens.accept(","));
    tokens.expect(")");
    return new Derivation.Function(List.copyOf(parameters), fixed);
  }

  /** The default argument promotions of ISO C 6.5.2.2, which variadic arguments undergo. */
  private static CType promoted(CType type) {
    return switch (type) {
      case CType.Scalar scalar ->
          switch (scalar) {
            case BOOLEAN, CHARACTER, SIGNED_8, UNSIGNED_8, SIGNED_16, UNSIGNED_16 ->
                CType.Scalar.SIGNED_32;
            case FLOAT -> CType.Scalar.DOUBLE;
            case SIGNED_32, UNSIGNED_32, SIGNED_64, UNSIGNED_64, DOUBLE -> scalar;
          };
      case CType.VoidType _, CType.Pointer _, CType.Structure _, CType.Array _ -> type;
    };
  }

  /**
   * Reads pointers, then a name or a declarator in parentheses, then arrays and parameters.
   *
   * @param wanted what the name is of, if there has to be one
   */
  private Declarator declarator(@Nullable String wanted) {
    nest();
    int pointers = pointers();
    Declarator inner;
    if (isParenthesized()) {
      tokens.expect("(");
      inner = declarator(wanted);
      tokens.expect(")");
    } else {
      String name = wanted == null ? tokens.optionalIdentifier() : tokens.identifier(wanted);
      inner = new Declarator(name, List.of());
    }
    List<Derivation> derivations = new ArrayList<>(inner.derivations());
    while (true) {
      if (tokens.accept("[")) {
        derivations.add(arrayOf());
      } else if (tokens.accept("(")) {
        derivations.add(parameters());
      } else {
        break;
      }
    }
    for (int i = 0; i < pointers; i++) {
      derivations.add(new Derivation.PointerTo());
    }
    nesting--;
    return new Declarator(inner.name(), derivations);
  }

  /** Parameters begin with a type, a declarator in parentheses does not. */
  private boolean isParenthesized() {
    String second = tokens.peekSecond();
    return tokens.peek().equals("(")
        && !second.equals(")")
        && !second.equals("...")
        && !CTypeNames.beginsType(second);
  }

  private Derivation.ArrayOf arrayOf() {
    skipIgnored();
    tokens.accept("*"); // of a length that varies
    int length = tokens.optionalNumber();
    tokens.expect("]");
    return new Derivation.ArrayOf(length);
  }

  private int pointers() {
    int pointers = 0;
    while (true) {
      if (tokens.accept("*")) {
        pointers++;
      } else if (!tokens.acceptAny(CTypeNames.IGNORED)) {
        return pointers;
      }
    }
  }

  private void skipIgnored() {
    while (tokens.acceptAny(CTypeNames.IGNORED)) {}
  }

  /** {@code __attribute__((…))} of GNU C, as headers have it behind a function. */
  private void skipAttributes() {
    while (tokens.accept("__attribute__")) {
      tokens.expect("(");
      for (int depth = 1; depth > 0; ) {
        depth += tokens.peek().equals("(") ? 1 : tokens.peek().equals(")") ? -1 : 0;
        tokens.any("')'");
      }
    }
  }

  private void nest() {
    if (++nesting > MAX_NESTING) {
      throw tokens.error("nested more than " + MAX_NESTING + " deep");
    }
  }

  private Specifier specifier() {
    skipIgnored();
    CTokens.Place place = tokens.place();
    if (tokens.accept("struct")) {
      return group("struct", place);
    }
    if (tokens.accept("union")) {
      return group("union", place);
    }
    if (tokens.accept("enum")) {
      return enumeration(place);
    }
    List<String> words = new ArrayList<>();
    while (CTypeNames.isIntegerWord(tokens.peek())) {
      words.add(tokens.typeName());
      skipIgnored();
    }
    if (words.equals(List.of("long")) && tokens.accept("double")) {
      throw impassable("long double", place);
    }
    String text = words.isEmpty() ? tokens.typeName() : String.join(" ", words);
    CType known = words.isEmpty() ? CTypeNames.named(text) : CTypeNames.integer(words);
    if (!words.isEmpty() && known == null) {
      throw place.error("'" + text + "' is no type");
    }
    skipIgnored();
    if (CTypeNames.isImpassable(text) || CTypeNames.isImpassable(tokens.peek())) {
      throw impassable(CTypeNames.isImpassable(text) ? text : tokens.peek(), place);
    }
    return new Specifier(text, known, place);
  }

  private static IllegalArgumentException impassable(String type, CTokens.Place place) {
    return place.error(
        "Java cannot pass " + type + "; call a C function of yours that takes another type");
  }

  private Specifier enumeration(CTokens.Place place) {
    boolean named = tokens.optionalIdentifier() != null;
    if (tokens.accept("{")) {
      while (!tokens.accept("}")) {
        tokens.any("'}'");
      }
    } else if (!named) {
      throw tokens.error("the enumeration's name is expected");
    }
    return new Specifier("enum", CType.Scalar.SIGNED_32, place);
  }

  private Specifier group(String word, CTokens.Place place) {
    String name = tokens.optionalIdentifier();
    String text = name == null ? word : word + " " + name;
    if (!tokens.accept("{")) {
      if (name == null) {
        throw tokens.error("'{' or a name is expected");
      }
      return new Specifier(text, tags.get(text), place);
    }
    CType.Structure group = members(word.equals("union"), place);
    if (name != null) {
      tags.put(text, group);
    }
    return new Specifier(text, group, place);
  }

  private CType.Structure members(boolean union, CTokens.Place place) {
    nest();
    CGroupBuilder members = new CGroupBuilder(union);
    while (!tokens.accept("}")) {
      Specifier specifier = specifier();
      do {
        Declarator declarator = declarator(null);
        if (tokens.peek().equals(":")) {
          throw tokens.error("bit-fields are not read; write the integer that they are parts of");
        }
        CType member = type(specifier, declarator.derivations());
        if (declarator.name() == null && !(member instanceof CType.Structure)) {
          throw tokens.error("the member's name is expected");
        }
        if (!members.add(declarator.name(), member)) {
          throw place.error("it is too large to be passed");
        }
      } while (tokens.accept(","));
      tokens.expect(";");
    }
    nesting--;
    if (members.isEmpty()) {
      throw place.error("it has no members, and so no value that could be passed");
    }
    return members.build();
  }
}
