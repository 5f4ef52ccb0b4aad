package uruk.jit;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A type of a C declaration, as far as a value of it can be passed or printed. Layouts are those of
 * the x86-64 and AArch64 System V ABIs, where {@code long} has 64 bits.
 */
public sealed interface CType {

  /** A number or truth value. */
  @SuppressWarnings("ImmutableEnumChecker") // layouts are immutable
  enum Scalar implements CType {
    /** {@code bool}, {@code _Bool}. */
    BOOLEAN(ValueLayout.JAVA_BOOLEAN),
    /** Plain {@code char}. */
    CHARACTER(ValueLayout.JAVA_BYTE),
    /** {@code signed char}, {@code int8_t}. */
    SIGNED_8(ValueLayout.JAVA_BYTE),
    /** {@code unsigned char}, {@code uint8_t}. */
    UNSIGNED_8(ValueLayout.JAVA_BYTE),
    /** {@code short}, {@code int16_t}. */
    SIGNED_16(ValueLayout.JAVA_SHORT),
    /** {@code unsigned short}, {@code uint16_t}. */
    UNSIGNED_16(ValueLayout.JAVA_SHORT),
    /** {@code int}, {@code int32_t}, {@code wchar_t}, enumerations. */
    SIGNED_32(ValueLayout.JAVA_INT),
    /** {@code unsigned}, {@code uint32_t}. */
    UNSIGNED_32(ValueLayout.JAVA_INT),
    /** {@code long}, {@code long long}, {@code int64_t}, {@code ssize_t}. */
    SIGNED_64(ValueLayout.JAVA_LONG),
    /** {@code unsigned long}, {@code uint64_t}, {@code size_t}. */
    UNSIGNED_64(ValueLayout.JAVA_LONG),
    /** {@code float}. */
    FLOAT(ValueLayout.JAVA_FLOAT),
    /** {@code double}. */
    DOUBLE(ValueLayout.JAVA_DOUBLE);

    private final ValueLayout layout;

    Scalar(ValueLayout layout) {
      this.layout = layout;
    }

    /** {@return the layout that java.lang.foreign passes it with} */
    public ValueLayout layout() {
      return layout;
    }
  }

  /** {@code void}: the result of a function that has none. */
  record VoidType() implements CType {}

  /**
   * A pointer to anything, functions included.
   *
   * @param toCharacters whether it may be a string: {@code char *} of any sign
   */
  record Pointer(boolean toCharacters) implements CType {}

  /**
   * A structure or union whose members the declaration lists.
   *
   * @param members in order; those of a union are all at offset 0
   * @param layout with the padding between and behind them
   */
  record Structure(List<Member> members, GroupLayout layout) implements CType {}

  /**
   * A member of a structure.
   *
   * @param name its name; empty if it has none
   * @param offset in bytes from the start of the structure
   * @param type its type
   */
  record Member(String name, long offset, CType type) {}

  /**
   * An array inside of a structure; as a parameter an array is a pointer.
   *
   * @param element the type of one element
   * @param length how many there are
   */
  record Array(CType element, int length) implements CType {}

  /**
   * {@return the layout of a value of this type}
   *
   * @throws IllegalStateException for {@link VoidType}, which has no values
   */
  default MemoryLayout valueLayout() {
    return switch (this) {
      case Scalar scalar -> scalar.layout();
      case Pointer _ -> ValueLayout.ADDRESS;
      case Structure structure -> structure.layout();
      case Array array ->
          MemoryLayout.sequenceLayout(array.length(), array.element().valueLayout());
      case VoidType _ -> throw new IllegalStateException("void has no values");
    };
  }
}
