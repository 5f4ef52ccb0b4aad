package uruk.tools.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.math.BigInteger;
import java.util.Locale;
import uruk.jit.CType;
import uruk.jit.NativeText;

/**
 * Turns words of a command line into arguments of a C function, as {@code MethodHandle} takes them.
 */
final class ArgumentReader {

  private static final String NULL = "NULL";

  private final SymbolLookup symbols;
  private final Arena arena;

  /**
   * Creates a reader.
   *
   * @param symbols what {@code &name} is looked up in
   * @param arena holds strings
   */
  ArgumentReader(SymbolLookup symbols, Arena arena) {
    this.symbols = symbols;
    this.arena = arena;
  }

  /**
   * {@return the value of a word}
   *
   * @throws IllegalArgumentException if the word has no value of the type; says what is expected
   */
  Object value(CType type, String word) {
    return switch (type) {
      case CType.Scalar scalar -> scalar(scalar, word);
      case CType.Pointer pointer -> pointer(pointer, word);
      case CType.Structure _ ->
          throw new IllegalArgumentException(
              "a structure by value cannot be typed; call a function that takes its members");
      case CType.Array _, CType.VoidType _ ->
          throw new AssertionError("no parameter has this type: " + type);
    };
  }

  private static Object scalar(CType.Scalar type, String word) {
    return switch (type) {
      case BOOLEAN -> truth(word);
      case CHARACTER -> character(word);
      case SIGNED_8 -> integer(word, 8, true).byteValue();
      case UNSIGNED_8 -> integer(word, 8, false).byteValue();
      case SIGNED_16 -> integer(word, 16, true).shortValue();
      case UNSIGNED_16 -> integer(word, 16, false).shortValue();
      case SIGNED_32 -> integer(word, 32, true).intValue();
      case UNSIGNED_32 -> integer(word, 32, false).intValue();
      case SIGNED_64 -> integer(word, 64, true).longValue();
      case UNSIGNED_64 -> integer(word, 64, false).longValue();
      case FLOAT -> (float) number(word);
      case DOUBLE -> number(word);
    };
  }

  private static boolean truth(String word) {
    return switch (word) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw new IllegalArgumentException("true or false is expected");
    };
  }

  /** A digit alone is a number, as for the other integers; in quotes it is a character. */
  private static byte character(String word) {
    boolean quoted = word.length() == 3 && word.startsWith("'") && word.endsWith("'");
    char character = quoted ? word.charAt(1) : word.isEmpty() ? '0' : word.charAt(0);
    boolean alone = word.length() == 1 && !Character.isDigit(character);
    if ((quoted || alone) && character < 0x80) {
      return (byte) character;
    }
    return integer(word, 8, true).byteValue();
  }

  private static BigInteger integer(String word, int bits, boolean signed) {
    BigInteger least = signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
    BigInteger most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
    try {
      boolean hexadecimal = word.toLowerCase(Locale.ROOT).startsWith("0x");
      BigInteger value = hexadecimal ? new BigInteger(word.substring(2), 16) : new BigInteger(word);
      // Hexadecimal digits are the bits as they are.
      int width = hexadecimal ? bits : Math.max(most.bitLength(), least.bitLength());
      boolean fits = hexadecimal ? value.signum() >= 0 : value.compareTo(least) >= 0;
      if (fits && value.bitLength() <= width) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "an integer from %s to %s is expected".formatted(least, most));
  }

  private static double number(String word) {
    String plain = word.toLowerCase(Locale.ROOT);
    if (plain.matches("[+-]?inf(inity)?")) {
      return plain.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (plain.equals("nan")) {
      return Double.NaN;
    }
    try {
      // Java's suffixes for literals are no part of the number.
      if (!plain.isEmpty() && "0123456789.".indexOf(plain.charAt(plain.length() - 1)) >= 0) {
        return Double.parseDouble(plain);
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    throw new IllegalArgumentException("a number such as 1.5 or 2e-3 is expected");
  }

  private MemorySegment pointer(CType.Pointer type, String word) {
    if (word.startsWith("&")) {
      return symbols
          .find(word.substring(1))
          .orElseThrow(() ->
              new IllegalArgumentException("there is no symbol %s".formatted(word.substring(1))));
    }
    if (word.equals(NULL)) {
      return MemorySegment.NULL;
    }
    if (type.toCharacters()) {
      byte[] text = NativeText.encode(word);
      // Fresh memory is zero, and so the text ends.
      return arena.allocate(text.length + 1L).copyFrom(MemorySegment.ofArray(text));
    }
    try {
      return MemorySegment.ofAddress(integer(word, 64, false).longValue());
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("an address such as 0x1000, NULL or &symbol is expected");
    }
  }
}
