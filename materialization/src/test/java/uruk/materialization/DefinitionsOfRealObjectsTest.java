package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.orc.DuplicateDefinitionException;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.SymbolsNotFoundException;

/** Who wins when compilers' and assemblers' objects define a name more than once. */
class DefinitionsOfRealObjectsTest {
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  @BeforeEach
  void processIsVisible() {
    main.addGenerator(ProcessSymbols.all());
  }

  private long call(String function) {
    return NativeCall.call(session.lookup(main, function).address());
  }

  private void add(ObjectFile... objects) {
    for (ObjectFile object : objects) {
      layer.add(main, object);
    }
  }

  private static ObjectFile counter(String name) {
    return Compiler.cpp(
        name,
        """
        inline int *counter() { static int count; return &count; }
        extern "C" int *where_%1$s() { return counter(); }
        extern "C" int (*code_%1$s())() { return (int (*)()) counter; }
        extern "C" int next_%1$s() { return ++*counter(); }
        """
            .formatted(name));
  }

  @Test
  void groupIsKeptOnceAndReferencesGoToTheKeptOne() {
    add(counter("a"), counter("b"), counter("c"));

    assertThat(call("next_a")).isEqualTo(1);
    assertThat((int) call("next_b")).isEqualTo(2);
    assertThat((int) call("next_c")).isEqualTo(3);
    assertThat(call("where_a")).isEqualTo(call("where_b")).isEqualTo(call("where_c"));
    assertThat(call("code_a")).isEqualTo(call("code_b")).isEqualTo(call("code_c"));
  }

  /** As of constructors: GCC puts both variants into a group, Clang has a group for each. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void groupThatLosesOneSymbolStillDefinesTheOthers(boolean merged) {
    String group =
        """
        .section .text.%1$s,"axG",@progbits,%2$s,comdat
        .weak %1$s
        .type %1$s,@function
        %1$s: movl $%3$d, %%eax
        ret
        """;
    ObjectFile each = Compiler.assembly("each", group.formatted("one", "one", 1));
    ObjectFile pair =
        Compiler.assembly(
            "pair", group.formatted("one", "pair", 2) + group.formatted("two", "pair", 3));

    if (merged) {
      add(ObjectFile.merged("all", List.of(each, pair)));
    } else {
      add(each, pair);
    }

    assertThat((int) call("two")).isEqualTo(3);
    assertThat((int) call("one")).isEqualTo(1);
  }

  @Test
  void groupsThatThrowAreKeptWithTheirTables() {
    String source =
        """
        template <class T> int guarded(T t) {
          try { if (t > 0) throw t; return 0; } catch (T caught) { return caught + 1; }
        }
        extern "C" int %s() { return guarded(41); }
        """;
    add(
        Compiler.cpp("a", source.formatted("a"), "-g", "-ffunction-sections"),
        Compiler.cpp("b", source.formatted("b"), "-g", "-ffunction-sections"));
    main.addGenerator(LibrarySymbols.open("libstdc++.so.6"));

    assertThat((int) call("a")).isEqualTo(42);
    assertThat((int) call("b")).isEqualTo(42);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void strongDefinitionWinsOverWeakInEitherOrder(boolean weakFirst) {
    ObjectFile weak =
        Compiler.c(
            "weak",
            "__attribute__((weak)) int chosen(void) { return 1; }"
                + " int ask(void) { return chosen(); }");
    ObjectFile strong = Compiler.c("strong", "int chosen(void) { return 2; }");
    add(weakFirst ? weak : strong, weakFirst ? strong : weak);

    assertThat((int) call("ask")).isEqualTo(2);
    assertThat((int) call("chosen")).isEqualTo(2);
  }

  @Test
  void firstOfSeveralWeakDefinitionsServesAll() {
    String source =
        "__attribute__((weak)) int chosen(void) { return %1$d; }"
            + " int ask%1$d(void) { return chosen(); }";
    add(Compiler.c("one", source.formatted(1)), Compiler.c("two", source.formatted(2)));

    assertThat((int) call("ask2")).isEqualTo(1);
    assertThat((int) call("ask1")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void commonsGetTheLargestSizeAndAlignment(boolean smallFirst) {
    ObjectFile small =
        Compiler.c("small", "char shared[8]; char *s(void) { return shared; }", "-fcommon");
    ObjectFile large =
        Compiler.c(
            "large",
            "char shared[4096] __attribute__((aligned(256)));"
                + " int l(void) { shared[4095] = 7; return shared[4095]; }",
            "-fcommon");
    ObjectFile guard =
        Compiler.c("guard", "long after = 5; long a(void) { return after; }", "-fcommon");
    add(smallFirst ? small : large, smallFirst ? large : small, guard);

    assertThat(call("s") % 256).isZero();
    assertThat((int) call("l")).isEqualTo(7);
    assertThat(call("a")).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void definitionWinsOverCommon(boolean commonFirst) {
    ObjectFile common =
        Compiler.c("common", "int shared; int ask(void) { return shared; }", "-fcommon");
    ObjectFile defined = Compiler.c("defined", "int shared = 9;");
    add(commonFirst ? common : defined, commonFirst ? defined : common);

    assertThat((int) call("ask")).isEqualTo(9);
  }

  @Test
  void uniqueSymbolOfTheFirstObjectServesAll() {
    String source =
        """
        template <class T> struct Holder { static int value; };
        template <class T> int Holder<T>::value = %2$d;
        extern "C" int *%1$s() { return &Holder<int>::value; }
        """;
    add(
        Compiler.cpp("a", source.formatted("a", 1), "-fgnu-unique"),
        Compiler.cpp("b", source.formatted("b", 2), "-fgnu-unique"));

    assertThat(call("b")).isEqualTo(call("a"));
  }

  @Test
  void hiddenSymbolsAreSeenInTheirDylibOnlyAndProtectedOnesEverywhere() {
    add(
        Compiler.c(
            "library",
            "__attribute__((visibility(\"hidden\"))) int inner(void) { return 3; }"
                + " __attribute__((visibility(\"protected\"))) int outer(void) { return 4; }"),
        Compiler.c("same", "int inner(void); int within(void) { return inner(); }"));
    JITDylib other = session.createJITDylib("other");
    other.addToLinkOrder(main, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
    layer.add(other, Compiler.c("o", "int outer(void); int across(void) { return outer(); }"));
    layer.add(other, Compiler.c("i", "int inner(void); int wrong(void) { return inner(); }"));

    assertThat((int) call("within")).isEqualTo(3);
    assertThat((int) NativeCall.call(session.lookup(other, "across").address())).isEqualTo(4);
    assertThatThrownBy(() -> session.lookup(other, "wrong"))
        .hasMessageContaining("Symbols not found: [ inner ]")
        .hasMessageContaining("inner in \"main\" is hidden from this search");
  }

  @Test
  void secondStrongDefinitionIsRefusedAndBothObjectsAreNamed() {
    add(Compiler.c("first", "int twice(void) { return 1; }"));

    assertThatThrownBy(() ->
            add(
                Compiler.c(
                    "second", "int alone(void) { return 1; } int twice(void) { return 2; }")))
        .isInstanceOf(DuplicateDefinitionException.class)
        .hasMessageStartingWith("In second.o, duplicate definition of twice: ")
        .hasMessageContaining("first.o");
    assertThat((int) call("twice")).isEqualTo(1);
    assertThatThrownBy(() -> call("alone")).isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void absoluteSymbolsHaveTheirValue() {
    add(
        Compiler.assembly("absolute", ".globl answer\n.set answer, 0x1234"),
        Compiler.c(
            "user",
            "extern char answer; long ask(void) { return (long) &answer; } long *p = (long *) &answer;"
                + " long stored(void) { return (long) p; }"));

    assertThat(call("ask")).isEqualTo(0x1234);
    assertThat(call("stored")).isEqualTo(0x1234);
    assertThat(session.lookup(main, "answer").address()).isEqualTo(0x1234);
  }

  @Test
  void symbolsWithoutSizeAndAtTheEndOfSectionsKeepTheirPlace() {
    add(
        Compiler.assembly(
            "table",
            """
            .data
            .globl table_begin, table_middle, table_end
            table_begin: .quad 1, 2
            table_middle: .quad 3
            table_end:
            .section .empty, "aw", @progbits
            .globl nothing
            nothing:
            .text
            """),
        Compiler.c(
            "user",
            "extern long table_begin[], table_middle[], table_end[], nothing[];"
                + " long size(void) { return (char *) table_end - (char *) table_begin; }"
                + " long middle(void) { return table_middle[0]; }"
                + " long empty(void) { return nothing != 0; }"));

    assertThat(call("size")).isEqualTo(24);
    assertThat(call("middle")).isEqualTo(3);
    assertThat((int) call("empty") & 1).isEqualTo(1);
  }
}
