package uruk.jit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.materialization.Compiler;
import uruk.materialization.platform.NativeCrashException;
import uruk.orc.SymbolsNotFoundException;

/** Which interfaces are bound, what is said of the others, and what becomes of text. */
class BoundInterfaceTest {

  @AutoClose private final Jit jit = Jit.create();

  @BeforeEach
  void addFunctions() {
    jit.add(
        Compiler.c(
            "functions",
            """
            static int count;
            int add(int a, int b) { return a + b; }
            int bump(void) { return ++count; }
            void *same(void *p) { return p; }
            const char *nothing(void) { return 0; }
            const char *nowhere(void) { return (const char *)0x10; }
            const char *latin(void) { return "a\\xff" "b"; }
            double half(double x) { return x / 2; }
            """));
  }

  private interface WithMethodsOfObject {
    int add(int a, int b);

    @Override
    String toString();

    @Override
    boolean equals(Object other);

    @Override
    int hashCode();
  }

  @Test
  void methodsThatEveryObjectHasAreNoFunctions() {
    WithMethodsOfObject bound = jit.bind(WithMethodsOfObject.class);

    assertThat(bound.add(2, 3)).isEqualTo(5);
    assertThat(bound).isEqualTo(bound).hasSameHashCodeAs(bound);
    assertThat(bound.toString()).contains("WithMethodsOfObject");
  }

  private interface Base {
    int bump();

    default int twice() {
      bump();
      return bump();
    }
  }

  private interface Derived extends Base {
    int add(int a, int b) throws java.io.IOException;

    @NativeSymbol("add")
    int plus(int a, int b);
  }

  @Test
  void inheritedMethodsAreBoundAndDefaultsKept() throws Exception {
    Derived bound = jit.bind(Derived.class);

    assertThat(bound.twice()).isEqualTo(2);
    assertThat(bound.add(2, 3)).isEqualTo(bound.plus(3, 2));
  }

  private interface Generic<T> {
    T same(T value);
  }

  private interface OfSegments extends Generic<MemorySegment> {
    @Override
    MemorySegment same(MemorySegment value);
  }

  @Test
  void aTypeThatAnInterfaceGivesToAGenericOneIsTheFunctions() {
    Generic<MemorySegment> bound = jit.bind(OfSegments.class);

    assertThat(bound.same(MemorySegment.ofAddress(7)).address()).isEqualTo(7);
  }

  private interface Incomplete {
    int add(int a, int b);

    int subtract(int a, int b);

    int multiply(int a, int b);
  }

  @Test
  void allMissingFunctionsAreNamedAtOnce() {
    assertThatThrownBy(() -> jit.bind(Incomplete.class))
        .isInstanceOf(SymbolsNotFoundException.class)
        .hasMessageContainingAll("subtract", "multiply");
  }

  private interface OtherResult {
    @NativeSymbol(signature = "double half(double)")
    int half(double x);
  }

  private interface OtherNumberOfArguments {
    @NativeSymbol(signature = "int add(int, int)")
    int add(int a);
  }

  @ParameterizedTest
  @ValueSource(classes = {OtherResult.class, OtherNumberOfArguments.class})
  void aMethodThatDoesNotFitItsDeclarationIsNamed(Class<?> type) {
    assertThatThrownBy(() -> jit.bind(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(type.getName())
        .hasMessageContaining("or the declaration in @NativeSymbol");
  }

  private sealed interface Closed permits Known {}

  private record Known() implements Closed {}

  @ParameterizedTest
  @ValueSource(classes = {String.class, Closed.class, Override.class, Known.class})
  void whatNobodyMayImplementIsRefused(Class<?> type) {
    assertThatThrownBy(() -> jit.bind(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(type.getName() + " is not an interface that others may implement");
  }

  @Test
  void aLookupWithoutRightsIsRefusedSayingWhichOneToGive() {
    for (MethodHandles.Lookup poor :
        new MethodHandles.Lookup[] {
          MethodHandles.publicLookup(), MethodHandles.lookup().in(String.class)
        }) {
      assertThatThrownBy(() -> jit.bind(poor, Base.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Use MethodHandles.lookup() of a class in the interface's package");
    }
  }

  private interface Texts {
    String nothing();

    String nowhere();

    String latin();
  }

  @Test
  void textsAreCopiedAndAPointerToNowhereIsACrashOfTheCall() {
    Texts texts = jit.bind(Texts.class);

    assertThat(texts.nothing()).isNull();
    assertThat(texts.latin()).isEqualTo("a\uFFFDb");
    assertThatThrownBy(texts::nowhere)
        .isInstanceOf(NativeCrashException.class)
        .hasMessageContaining("0x10");
  }
}
