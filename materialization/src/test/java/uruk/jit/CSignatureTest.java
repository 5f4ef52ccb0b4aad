package uruk.jit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CSignatureTest {
  private static FunctionDescriptor descriptor(String declaration) {
    return CSignature.parse(declaration).descriptor();
  }

  @Test
  void namesAndTypesAreRead() {
    CSignature add = CSignature.parse("int add(int, int)");

    assertThat(add.name()).isEqualTo("add");
    assertThat(add.descriptor()).isEqualTo(FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    assertThat(add.firstVariadicArgument()).isEmpty();
  }

  @Test
  void everyScalarTypeHasItsLayout() {
    assertThat(
            descriptor(
                "unsigned long long f(char, signed char, unsigned short int, unsigned, long int,"
                    + " float, double, bool, size_t, uint8_t, const volatile int x, enum color c);"))
        .isEqualTo(
            FunctionDescriptor.of(
                JAVA_LONG,
                JAVA_BYTE,
                JAVA_BYTE,
                JAVA_SHORT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_FLOAT,
                JAVA_DOUBLE,
                JAVA_BOOLEAN,
                JAVA_LONG,
                JAVA_BYTE,
                JAVA_INT,
                JAVA_INT));
  }

  @Test
  void pointersNeedNoLayoutOfWhatTheyPointTo() {
    assertThat(
            descriptor(
                "FILE *open(const char *const path, struct options *o, void **p, char *argv[], int"
                    + " (*compare)(const void *, const void *))"))
        .isEqualTo(FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  }

  @Test
  void declaratorsAreReadFromTheNameOutward() {
    assertThat(descriptor("int (*pick(int which))(int, int)"))
        .isEqualTo(FunctionDescriptor.of(ADDRESS, JAVA_INT));
    assertThat(
            descriptor(
                "int (f)(int callback(int), int (*row)[3], int (*all[2])(int), char name[static 8])"))
        .isEqualTo(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    assertThat(descriptor("struct { int m[2][3]; int (*f[2])(void); } g(void)").returnLayout())
        .contains(
            MemoryLayout.structLayout(
                MemoryLayout.sequenceLayout(2, MemoryLayout.sequenceLayout(3, JAVA_INT))
                    .withName("m"),
                MemoryLayout.sequenceLayout(2, ADDRESS).withName("f")));
  }

  @Test
  void unionsAreAsLargeAsTheirLargestMember() {
    assertThat(descriptor("union u { char c[9]; double d; char *text; } f(void)").returnLayout())
        .contains(
            MemoryLayout.unionLayout(
                MemoryLayout.sequenceLayout(9, JAVA_BYTE).withName("c"),
                JAVA_DOUBLE.withName("d"),
                ADDRESS.withName("text"),
                MemoryLayout.paddingLayout(16)));
  }

  @Test
  void aStructureThatHasANameIsWrittenOutOnce() {
    FunctionDescriptor swap = descriptor("struct pair { int x, y; } swap(struct pair p)");

    assertThat(swap.argumentLayouts()).containsExactly(swap.returnLayout().orElseThrow());
  }

  @Test
  void declarationsOfHeadersAreReadAsTheyStand() {
    assertThat(
            descriptor(
                "extern __inline int f (enum { RED, GREEN = 7 } color, const char *__restrict text)"
                    + " __attribute__ ((__nonnull__ (1)));"))
        .isEqualTo(FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    assertThat(descriptor("intmax_t f(int_fast16_t, uint_least8_t, pid_t)"))
        .isEqualTo(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_BYTE, JAVA_INT));
  }

  @Test
  void voidMeansNoArgumentsAndNoResult() {
    assertThat(descriptor("void f(void)")).isEqualTo(FunctionDescriptor.ofVoid());
    assertThat(descriptor("void f()")).isEqualTo(FunctionDescriptor.ofVoid());
  }

  @Test
  void structuresByValueAreLaidOutWithTheirPadding() {
    assertThat(
            descriptor(
                "struct { char tag; double x, y; } make(struct pair { int a[2]; void *p; } in)"))
        .isEqualTo(
            FunctionDescriptor.of(
                MemoryLayout.structLayout(
                    JAVA_BYTE.withName("tag"),
                    MemoryLayout.paddingLayout(7),
                    JAVA_DOUBLE.withName("x"),
                    JAVA_DOUBLE.withName("y")),
                MemoryLayout.structLayout(
                    MemoryLayout.sequenceLayout(2, JAVA_INT).withName("a"),
                    ADDRESS.withName("p"))));
  }

  @Test
  void variadicArgumentsOfTheCallAreListedBehindTheDots() {
    CSignature printf = CSignature.parse("int printf(const char *, ..., int, double)");

    assertThat(printf.firstVariadicArgument()).isEqualTo(OptionalInt.of(1));
    assertThat(printf.descriptor())
        .isEqualTo(FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_DOUBLE));
  }

  @Test
  void variadicArgumentsArePromoted() {
    assertThat(descriptor("int printf(const char *, ..., float, char, short, bool, long)"))
        .isEqualTo(
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, JAVA_DOUBLE, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  }

  @Test
  void signsAndStringsAreKept() {
    CSignature signature =
        CSignature.parse("unsigned char f(char c, const char *text, char **all, uint64_t size)");

    assertThat(signature.result()).isEqualTo(CType.Scalar.UNSIGNED_8);
    assertThat(signature.parameters())
        .containsExactly(
            CType.Scalar.CHARACTER,
            new CType.Pointer(true),
            new CType.Pointer(false),
            CType.Scalar.UNSIGNED_64);
  }

  @Test
  void commentsAreBlanks() {
    assertThat(
            descriptor(
                """
                int /* of all */ f(int n, // how many
                    const double *values /**/)
                """))
        .isEqualTo(FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"struct { ", "int (*)(", "int (", "union { int a; struct { int b; "})
  void endlessNestingIsRefused(String opening) {
    assertThatThrownBy(() -> CSignature.parse("int f(" + opening.repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nested more than 100 deep");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int add(int, int      | column 17, at the end: ')' is expected
          int (int)             | column 5, at '(': the function's name is expected
          int f(int, struct point p) | column 12, at 'struct': the layout of struct point is not known; write out
          int f(thing t)        | column 7, at 'thing': the layout of thing is not known
          long double f(int)    | column 1, at 'long': Java cannot pass long double; call a C function of yours
          int f(unsigned __int128 x) | column 7, at 'unsigned': Java cannot pass __int128
          double _Complex f(int) | Java cannot pass _Complex
          int f(short double)   | column 13, at 'double': ')' is expected
          struct { int a : 3; } f(void) | column 16, at ':': bit-fields are not read
          struct {} f(void)     | column 1, at 'struct': it has no members
          struct *f(void)       | '{' or a name is expected
          int f(enum)           | the enumeration's name is expected
          void f(void, int)     | void is no type of a value
          int f(int)(int)       | a function is no value; a pointer to one is
          int f(int)[3]         | column 1, at 'int': no function returns an array
          void f(void x)        | void is no type of a value
          int x                 | at the end: '(' is expected
          int f(int) __attribute__((x | at the end: ')' is expected
          short char f(int)     | 'short char' is no type
          int int f(int)        | 'int int' is no type
          unsigned signed f(int) | 'unsigned signed' is no type
          int f(double long)    | column 14, at 'long': ')' is expected
          int f(int, ..., int, ...) | column 22, at '...': a type is expected
          int f(struct { int; double d; })      | column 19, at ';': the member's name is expected
          int f(struct { int a[65536][65536]; }) | column 16, at 'int': the array is too large
          int f(struct { int a[2147483647][2]; }) | column 16, at 'int': the array is too large
          int f(struct { char a[2147483647], b[1]; }) | column 7, at 'struct': it is too large
          int f(int /* the first) | column 11, at '/*': the comment has no end
          int f(int) x          | column 12, at 'x': the end is expected
          int f(int a[x])       | at 'x': ']' is expected
          ''                    | column 1, at the end: a type is expected
          """)
  void whatCannotBeReadIsSaidWithItsPlace(String declaration, String message) {
    assertThatThrownBy(() -> CSignature.parse(declaration))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
