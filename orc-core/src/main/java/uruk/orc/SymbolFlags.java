package uruk.orc;

import java.util.ArrayList;
import java.util.List;

/**
 * The properties of a symbol: an immutable set of bits with LLVM's values ({@code
 * llvm/ExecutionEngine/JITSymbol.h}, {@code JITSymbolFlags}) and one byte that belongs to the
 * target (on 32-bit ARM: whether the function is Thumb code).
 *
 * <p>Instances without a target byte are cached, so flags of a million symbols cost nothing.
 */
public final class SymbolFlags {
  private static final int HAS_ERROR_BIT = 1;
  private static final int WEAK_BIT = 1 << 1;
  private static final int COMMON_BIT = 1 << 2;
  private static final int ABSOLUTE_BIT = 1 << 3;
  private static final int EXPORTED_BIT = 1 << 4;
  private static final int CALLABLE_BIT = 1 << 5;
  private static final int SIDE_EFFECTS_ONLY_BIT = 1 << 6;
  private static final int TARGET_SHIFT = 8;
  private static final int ALL_BITS = 0xffff;
  private static final SymbolFlags[] CACHE = createCache();

  /** No flag at all: strong, hidden data. */
  public static final SymbolFlags NONE = CACHE[0];

  /** Materializing the symbol failed. */
  public static final SymbolFlags HAS_ERROR = CACHE[HAS_ERROR_BIT];

  /** A weak definition: it gives way to a strong one while nothing has searched it. */
  public static final SymbolFlags WEAK = CACHE[WEAK_BIT];

  /** A common definition: weak, and the largest wins while nothing has searched it. */
  public static final SymbolFlags COMMON = CACHE[COMMON_BIT];

  /** The address is a plain number, not a place in linked memory. */
  public static final SymbolFlags ABSOLUTE = CACHE[ABSOLUTE_BIT];

  /** Visible to searches that match exported symbols only. */
  public static final SymbolFlags EXPORTED = CACHE[EXPORTED_BIT];

  /** A function. */
  public static final SymbolFlags CALLABLE = CACHE[CALLABLE_BIT];

  /** The symbol has no address; looking it up only makes its unit run. */
  public static final SymbolFlags SIDE_EFFECTS_ONLY = CACHE[SIDE_EFFECTS_ONLY_BIT];

  private final int bits;

  private SymbolFlags(int bits) {
    this.bits = bits;
  }

  private static SymbolFlags[] createCache() {
    SymbolFlags[] cache = new SymbolFlags[1 << TARGET_SHIFT];
    for (int bits = 0; bits < cache.length; bits++) {
      cache[bits] = new SymbolFlags(bits);
    }
    return cache;
  }

  /** {@return the union of the given flags} */
  public static SymbolFlags of(SymbolFlags... flags) {
    int bits = 0;
    for (SymbolFlags flag : flags) {
      bits |= flag.bits;
    }
    return ofBits(bits);
  }

  /**
   * {@return the flags with the given bits}
   *
   * @param bits generic flags in the low byte, the target's byte above them
   */
  public static SymbolFlags ofBits(int bits) {
    if ((bits & ~ALL_BITS) != 0) {
      throw new IllegalArgumentException("Symbol flags have 16 bits: 0x%x".formatted(bits));
    }
    return bits < CACHE.length ? CACHE[bits] : new SymbolFlags(bits);
  }

  /** {@return the bits: generic flags in the low byte, the target's byte above them} */
  public int bits() {
    return bits;
  }

  /** {@return the byte that belongs to the target, 0 to 255} */
  public int targetFlags() {
    return bits >>> TARGET_SHIFT;
  }

  /** {@return these flags with another target byte (0 to 255)} */
  public SymbolFlags withTargetFlags(int targetFlags) {
    return ofBits((bits & 0xff) | targetFlags << TARGET_SHIFT);
  }

  /** {@return these flags and those} */
  public SymbolFlags with(SymbolFlags added) {
    return ofBits(bits | added.bits);
  }

  /** {@return these flags but not those} */
  public SymbolFlags without(SymbolFlags removed) {
    return ofBits(bits & ~removed.bits);
  }

  /** {@return whether materializing the symbol failed} */
  public boolean hasError() {
    return hasError(bits);
  }

  /** {@return whether the definition is weak (a common one is not)} */
  public boolean isWeak() {
    return (bits & WEAK_BIT) != 0;
  }

  /** {@return whether the definition is common} */
  public boolean isCommon() {
    return (bits & COMMON_BIT) != 0;
  }

  /** {@return whether the definition is strong: neither weak nor common} */
  public boolean isStrong() {
    return isStrong(bits);
  }

  /** {@return whether the address is a plain number} */
  public boolean isAbsolute() {
    return (bits & ABSOLUTE_BIT) != 0;
  }

  /** {@return whether searches for exported symbols see the symbol} */
  public boolean isExported() {
    return isExported(bits);
  }

  /** {@return whether the symbol is a function} */
  public boolean isCallable() {
    return (bits & CALLABLE_BIT) != 0;
  }

  /** {@return whether the symbol has no address and only stands for its unit's effects} */
  public boolean isSideEffectsOnly() {
    return isSideEffectsOnly(bits);
  }

  static boolean hasError(int bits) {
    return (bits & HAS_ERROR_BIT) != 0;
  }

  static boolean isStrong(int bits) {
    return (bits & (WEAK_BIT | COMMON_BIT)) == 0;
  }

  static boolean isExported(int bits) {
    return (bits & EXPORTED_BIT) != 0;
  }

  static boolean isSideEffectsOnly(int bits) {
    return (bits & SIDE_EFFECTS_ONLY_BIT) != 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SymbolFlags flags && flags.bits == bits;
  }

  @Override
  public int hashCode() {
    return bits;
  }

  /** {@return the flags as the session dump shows them, such as {@code [Callable][Hidden]}} */
  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    words.add(isCallable() ? "[Callable]" : "[Data]");
    if (isWeak()) {
      words.add("[Weak]");
    }
    if (isCommon()) {
      words.add("[Common]");
    }
    if (isAbsolute()) {
      words.add("[Absolute]");
    }
    if (!isExported()) {
      words.add("[Hidden]");
    }
    if (isSideEffectsOnly()) {
      words.add("[SideEffectsOnly]");
    }
    if (hasError()) {
      words.add("[Error]");
    }
    if (targetFlags() != 0) {
      words.add("[Target 0x%x]".formatted(targetFlags()));
    }
    return String.join("", words);
  }
}
