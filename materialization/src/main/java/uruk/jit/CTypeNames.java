package uruk.jit;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jit.CType.Scalar;

/** The words that C declarations are made of, and the types that names stand for on Linux. */
final class CTypeNames {

  /** Words that change nothing in how a function is called. */
  static final Set<String> IGNORED =
      Set.of(
          "const",
          "volatile",
          "restrict",
          "__const",
          "__volatile__",
          "__restrict",
          "__restrict__",
          "__extension__",
          "extern",
          "static",
          "inline",
          "__inline",
          "__inline__",
          "register",
          "_Noreturn");

  private static final Set<String> INTEGER_WORDS =
      Set.of("char", "short", "int", "long", "signed", "unsigned");

  private static final Set<String> GROUP_WORDS = Set.of("struct", "union", "enum");

  /** Words of types that java.lang.foreign cannot pass. */
  private static final Set<String> IMPASSABLE =
      Set.of(
          "__int128",
          "_BitInt",
          "_Complex",
          "_Imaginary",
          "_Atomic",
          "_Float16",
          "_Float128",
          "__float128",
          "_Decimal32",
          "_Decimal64",
          "_Decimal128");

  /** ISO C 7.20 (stdint.h) with glibc's choices for 64-bit machines, and sys/types.h. */
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
          Map.entry("int_least8_t", Scalar.SIGNED_8),
          Map.entry("uint_least8_t", Scalar.UNSIGNED_8),
          Map.entry("int_least16_t", Scalar.SIGNED_16),
          Map.entry("uint_least16_t", Scalar.UNSIGNED_16),
          Map.entry("int_least32_t", Scalar.SIGNED_32),
          Map.entry("uint_least32_t", Scalar.UNSIGNED_32),
          Map.entry("int_least64_t", Scalar.SIGNED_64),
          Map.entry("uint_least64_t", Scalar.UNSIGNED_64),
          Map.entry("int_fast8_t", Scalar.SIGNED_8),
          Map.entry("uint_fast8_t", Scalar.UNSIGNED_8),
          Map.entry("int_fast16_t", Scalar.SIGNED_64),
          Map.entry("uint_fast16_t", Scalar.UNSIGNED_64),
          Map.entry("int_fast32_t", Scalar.SIGNED_64),
          Map.entry("uint_fast32_t", Scalar.UNSIGNED_64),
          Map.entry("int_fast64_t", Scalar.SIGNED_64),
          Map.entry("uint_fast64_t", Scalar.UNSIGNED_64),
          Map.entry("intmax_t", Scalar.SIGNED_64),
          Map.entry("uintmax_t", Scalar.UNSIGNED_64),
          Map.entry("intptr_t", Scalar.SIGNED_64),
          Map.entry("uintptr_t", Scalar.UNSIGNED_64),
          Map.entry("ptrdiff_t", Scalar.SIGNED_64),
          Map.entry("size_t", Scalar.UNSIGNED_64),
          Map.entry("ssize_t", Scalar.SIGNED_64),
          Map.entry("wchar_t", Scalar.SIGNED_32),
          Map.entry("char16_t", Scalar.UNSIGNED_16),
          Map.entry("char32_t", Scalar.UNSIGNED_32),
          Map.entry("off_t", Scalar.SIGNED_64),
          Map.entry("time_t", Scalar.SIGNED_64),
          Map.entry("clock_t", Scalar.SIGNED_64),
          Map.entry("pid_t", Scalar.SIGNED_32),
          Map.entry("uid_t", Scalar.UNSIGNED_32),
          Map.entry("gid_t", Scalar.UNSIGNED_32),
          Map.entry("mode_t", Scalar.UNSIGNED_32),
          Map.entry("socklen_t", Scalar.UNSIGNED_32));

  private CTypeNames() {}

  static boolean isIntegerWord(String word) {
    return INTEGER_WORDS.contains(word);
  }

  static boolean isImpassable(String word) {
    return IMPASSABLE.contains(word);
  }

  /** {@return what a name stands for, if that is known} */
  static @Nullable CType named(String name) {
    return NAMED_TYPES.get(name);
  }

  /** {@return whether a word can begin a type, as far as is known} */
  static boolean beginsType(String word) {
    return isKeyword(word) || IGNORED.contains(word) || NAMED_TYPES.containsKey(word);
  }

  /** {@return whether a word cannot be the name of anything} */
  static boolean isKeyword(String word) {
    return INTEGER_WORDS.contains(word)
        || GROUP_WORDS.contains(word)
        || IMPASSABLE.contains(word)
        || word.equals("void")
        || word.equals("float")
        || word.equals("double");
  }

  /**
   * {@return the integer type that words stand for, in any order (ISO C 6.7.2); null if there is
   * none}
   */
  static @Nullable Scalar integer(List<String> words) {
    if (!isInteger(words)) {
      return null;
    }
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
}
