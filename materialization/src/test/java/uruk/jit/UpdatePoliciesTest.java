package uruk.jit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.materialization.BindingPolicy;
import uruk.materialization.Compiler;
import uruk.materialization.DataPlan;
import uruk.materialization.DataPolicy;
import uruk.materialization.LinkedObject;
import uruk.materialization.ObjectInUseException;
import uruk.materialization.Replacement;
import uruk.materialization.ReplacementRefusedException;
import uruk.materialization.SymbolUse;
import uruk.materialization.UnloadPolicy;
import uruk.materialization.UpdateVerifier;
import uruk.materialization.platform.ForeignException;
import uruk.materialization.platform.UnboundSymbolException;

/** What becomes of branches, variables, initializers and earlier versions in updates. */
class UpdatePoliciesTest {
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);

  @AutoClose private final Jit jit = Jit.create();
  @AutoClose private final UpdateVerifier verifier = UpdateVerifier.of(jit.objects());

  private LinkedObject add(String name, String source, String... options) {
    return jit.add(Compiler.c(name, source, options));
  }

  private int call(String function) throws Throwable {
    return (int) jit.function(function, INT).invoke();
  }

  private void memoryIsAsLinked() {
    assertThat(jit.objects().verify()).isEmpty();
  }

  // Branches -------------------------------------------------------------------------------------

  private static final String CALLERS =
      "int logic(void);"
          + "int a(void) { return logic() + 1; } int b(void) { __asm__(\"nop\"); return logic() + 2; }"
          + "int c(void) { __asm__(\"nop;nop;nop\"); return logic() + 3; }"
          + "int (*pointer)(void) = logic; int d(void) { return pointer() + 4; }";

  @Test
  void branchesInsideOfOneWordAreBoundDirectlyAndRewritten() throws Throwable {
    jit.objects().setBindingPolicy(jit.main(), BindingPolicy.PATCH);
    LinkedObject logic = add("logic", "int logic(void) { return 10; }");
    add("callers", CALLERS);
    assertThat(List.of(call("a"), call("b"), call("c"), call("d"))).containsExactly(11, 12, 13, 14);
    assertThat(direct(logic)).as("calls bound directly").isPositive();

    Replacement done = logic.replace(Compiler.c("logic2", "int logic(void) { return 20; }"));

    assertThat(List.of(call("a"), call("b"), call("c"), call("d"))).containsExactly(21, 22, 23, 24);
    assertThat(direct(logic.current())).isPositive();
    assertThat(jit.objects().usersOf(jit.main(), "logic")).hasSize(4);
    memoryIsAsLinked();
    UpdateSteps.freeCode(jit, logic);

    done.rollBack();
    assertThat(List.of(call("a"), call("b"), call("c"), call("d"))).containsExactly(11, 12, 13, 14);
    memoryIsAsLinked();
  }

  /** {@return how many branches lead to the object's code itself} */
  private long direct(LinkedObject logic) {
    long code = logic.codeAddress("logic").orElseThrow();
    long count = 0;
    for (SymbolUse use : jit.objects().usersOf(jit.main(), "logic")) {
      if (use.kind().field().size() == 4) {
        int distance =
            MemorySegment.ofAddress(use.site())
                .reinterpret(4)
                .get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        count += use.site() + 4 + distance == code ? 1 : 0;
        assertThat(use.site() + 4 + distance != code || (use.site() & 7) <= 4).isTrue();
      }
    }
    return count;
  }

  @Test
  void branchesThatAreBoundDirectlyAreUnboundToo() throws Throwable {
    jit.objects().setBindingPolicy(jit.main(), BindingPolicy.PATCH);
    LinkedObject logic = add("logic", "int logic(void) { return 10; }");
    add("callers", CALLERS);
    assertThat(call("a")).isEqualTo(11);

    logic.remove(UnloadPolicy.UNBIND);

    for (String caller : List.of("a", "b", "c", "d")) {
      assertThatThrownBy(() -> call(caller)).isInstanceOf(UnboundSymbolException.class);
    }
    memoryIsAsLinked();
    add("logic2", "int logic(void) { return 30; }");
    assertThat(call("logic")).isEqualTo(30);
    assertThat(List.of(call("a"), call("b"), call("c"), call("d"))).containsExactly(31, 32, 33, 34);
  }

  // Variables ------------------------------------------------------------------------------------

  private static final String LOCAL_VARIABLES =
      "static int count = 5; static int other = 7;"
          + "int next(void) { count += %d; return count; } int get(void) { return other; }"
          + "void set(int n) { other = n; }";

  @Test
  void localVariablesAreKeptByName() throws Throwable {
    LinkedObject logic = add("logic", LOCAL_VARIABLES.formatted(1), "-fdata-sections");
    assertThat(call("next")).isEqualTo(6);

    Replacement done =
        logic.replace(
            Compiler.c("logic2", LOCAL_VARIABLES.formatted(10), "-fdata-sections"),
            DataPlan.of(DataPolicy.REINITIALISE).with(DataPolicy.KEEP, "count"));

    assertThat(call("next")).isEqualTo(16);
    assertThat(call("get")).isEqualTo(7);
    done.rollBack();
    assertThat(call("next")).isEqualTo(17);
    memoryIsAsLinked();
  }

  @Test
  void aLocalVariableThatSharesItsSectionIsKeptOnlyWithItsNeighbours() throws Throwable {
    LinkedObject logic = add("logic", LOCAL_VARIABLES.formatted(1));
    assertThat(call("next")).isEqualTo(6);

    assertThatThrownBy(() ->
            logic.replace(
                Compiler.c(
                    "logic2",
                    "static int more = 3; int m(void) { return more++; }"
                        + LOCAL_VARIABLES.formatted(10)),
                DataPlan.of(DataPolicy.REINITIALISE).with(DataPolicy.KEEP, "count")))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("count cannot be kept: its section .data held")
        .hasMessageContaining("-fdata-sections");
    assertThatThrownBy(() ->
            logic.replace(
                Compiler.c("logic2", LOCAL_VARIABLES.formatted(10)),
                DataPlan.of(DataPolicy.REINITIALISE).with(DataPolicy.KEEP, "absent")))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("has no local variable absent");
    assertThat(call("next")).isEqualTo(7);
  }

  // Earlier versions -----------------------------------------------------------------------------

  @Test
  void aVersionWhoseCodeIsFreedIsLinkedAgainAndFindsItsVariables() throws Throwable {
    LinkedObject logic =
        add(
            "logic",
            "static int hidden = 1; int shown = 1;"
                + "int logic(void) { static int inner; return ++hidden * 100 + ++shown * 10 + ++inner; }");
    assertThat(call("logic")).isEqualTo(221);
    Replacement done = logic.replace(Compiler.c("logic2", "int logic(void) { return 1; }"));
    UpdateSteps.freeCode(jit, logic);

    Replacement back = done.rollBack();

    assertThat(call("logic")).isEqualTo(332);
    assertThat(logic.current().generation()).isEqualTo(1);
    memoryIsAsLinked();
    back.rollBack();
    assertThat(call("logic")).isEqualTo(1);
  }

  @Test
  void updatesAreRolledBackOneAfterTheOtherWhenTheirCodeIsFreed() throws Throwable {
    String source = "int count; int logic(void) { return %d00 + ++count; }";
    jit.objects().keepGenerations(3);
    LinkedObject logic = add("logic", source.formatted(1));
    assertThat(call("logic")).isEqualTo(101);
    List<Replacement> made = new ArrayList<>();
    for (int version = 2; version <= 4; version++) {
      made.add(logic.current().replace(Compiler.c("logic", source.formatted(version))));
      assertThat(call("logic")).isEqualTo(100 * version + 1);
      jit.objects().reclaim();
    }
    assertThatThrownBy(() -> logic.current().replace(Compiler.c("logic", "int logic;")))
        .isInstanceOf(ReplacementRefusedException.class);

    for (int version = 3; version >= 1; version--) {
      made.removeLast().rollBack();
      assertThat(logic.current().generation()).isEqualTo(version);
      assertThat(call("logic")).as("its variable is as it was").isEqualTo(100 * version + 2);
      jit.objects().reclaim();
      memoryIsAsLinked();
    }
    logic.current().replace(Compiler.c("logic", source.formatted(5)));
    assertThat(logic.current().generation()).as("numbers are not used again").isEqualTo(5);
  }

  @Test
  void anUpdateThatAddsAndRemovesIsRolledBack() throws Throwable {
    LinkedObject a = add("a", "int b(void); int a(void) { return b() + 1; }");
    LinkedObject b = add("b", "int b(void) { return 10; }");
    assertThat(call("a")).isEqualTo(11);
    Replacement done =
        jit.objects()
            .update(update -> {
              update.replace(a, Compiler.c("a2", "int c(void); int a(void) { return c() + 2; }"));
              update.remove(b);
              update.add(Compiler.c("c", "int c(void) { return 100; }"));
            });
    assertThat(call("a")).isEqualTo(102);

    done.rollBack();

    assertThat(call("a")).isEqualTo(11);
    assertThat(call("b")).isEqualTo(10);
    assertThatThrownBy(() -> call("c")).hasMessageContaining("c");
    memoryIsAsLinked();
  }

  // Initializers, exit functions, thread-local variables
  // -------------------------------------------

  @Test
  void initializersOfTheNewVersionRunBeforeTheSwitch() throws Throwable {
    add("log", "int log_sum; void note(int n) { log_sum = log_sum * 10 + n; }");
    LinkedObject logic =
        add(
            "logic",
            "void note(int); int logic(void);"
                + "__attribute__((constructor)) static void begin(void) { note(1); }"
                + "int logic(void) { return 1; } int seen(void) { extern int log_sum; return log_sum; }");
    assertThat(call("seen")).isEqualTo(1);

    logic.replace(
        Compiler.c(
            "logic2",
            "void note(int); int (*volatile old)(void); extern int log_sum;"
                + "__attribute__((constructor)) static void begin(void) { note(2); }"
                + "int logic(void) { return 2; } int seen(void) { return log_sum; }"));

    assertThat(call("seen")).isEqualTo(12);
    assertThat(call("logic")).isEqualTo(2);
  }

  @Test
  void anInitializerThatFailsChangesNothing() throws Throwable {
    LinkedObject logic = jit.add(Compiler.cpp("logic", "extern \"C\" int logic() { return 1; }"));
    assertThat(call("logic")).isEqualTo(1);
    int objects = jit.objects().objects().size();

    assertThatThrownBy(() ->
            logic.replace(
                Compiler.cpp(
                    "logic2",
                    "#include <stdexcept>\n"
                        + "struct Fails { Fails() { throw std::runtime_error(\"no\"); } };"
                        + "static Fails fails; extern \"C\" int logic() { return 2; }")))
        .isInstanceOf(ForeignException.class)
        .hasMessageContaining("no");

    assertThat(call("logic")).isEqualTo(1);
    assertThat(logic.state()).isEqualTo(LinkedObject.State.LINKED);
    assertThat(jit.objects().objects()).hasSize(objects);
    logic.replace(Compiler.cpp("logic3", "extern \"C\" int logic() { return 3; }"));
    assertThat(call("logic")).isEqualTo(3);
  }

  @Test
  void keptVariablesAreNotConstructedAgain() throws Throwable {
    String source =
        "struct Counter { int n; Counter() : n(5) {} ~Counter() {} }; Counter counter;"
            + "extern \"C\" int logic() { return counter.n += %d; }";
    LinkedObject logic = jit.add(Compiler.cpp("logic", source.formatted(1)));
    assertThat(call("logic")).isEqualTo(6);

    logic.replace(Compiler.cpp("logic2", source.formatted(10)), DataPolicy.KEEP);
    assertThat(call("logic")).isEqualTo(16);
    logic.replace(Compiler.cpp("logic3", source.formatted(100)));
    assertThat(call("logic")).isEqualTo(105);
    assertThatThrownBy(() ->
            logic.replace(
                Compiler.cpp("logic4", source.formatted(1) + "Counter more;"), DataPolicy.KEEP))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("more begins anew and may need them");
  }

  @Test
  void exceptionsOfOldCodeAreCaughtByNewHandlers() throws Throwable {
    String shared = "struct Trouble { int n; Trouble(int n) : n(n) {} virtual ~Trouble() {} };";
    LinkedObject thrower =
        jit.add(
            Compiler.cpp(
                "thrower",
                shared + "void toss(int n) { throw Trouble(n); }",
                "-ffunction-sections"));
    LinkedObject catcher =
        jit.add(
            Compiler.cpp(
                "catcher",
                shared
                    + "void toss(int); extern \"C\" int logic() {"
                    + " try { toss(4); } catch (const Trouble &t) { return t.n; } return -1; }"));
    assertThat(call("logic")).isEqualTo(4);

    catcher.replace(
        Compiler.cpp(
            "catcher2",
            shared
                + "void toss(int); extern \"C\" int logic() {"
                + " try { toss(5); } catch (const Trouble &t) { return 10 * t.n; } return -1; }"));
    assertThat(call("logic")).isEqualTo(50);
    thrower.replace(
        Compiler.cpp("thrower2", shared + "void toss(int n) { throw Trouble(n + 1); }"));
    assertThat(call("logic")).isEqualTo(60);
    memoryIsAsLinked();
  }

  @Test
  void threadLocalVariablesBeginAnew() throws Throwable {
    String source = "__thread int local = 5; int logic(void) { return local += %d; }";
    LinkedObject logic = add("logic", source.formatted(1));
    assertThat(call("logic")).isEqualTo(6);
    logic.replace(Compiler.c("logic2", source.formatted(10)));
    assertThat(call("logic")).isEqualTo(15);
    assertThat(call("logic")).isEqualTo(25);

    assertThatThrownBy(() ->
            logic.replace(
                Compiler.c("logic3", source.formatted(100)),
                DataPlan.of(DataPolicy.KEEP).with(DataPolicy.KEEP, "local")))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("local cannot be kept");
    logic.replace(Compiler.c("logic3", source.formatted(100)), DataPolicy.KEEP);
    assertThat(call("logic")).isEqualTo(105);
  }

  @Test
  void aThreadLocalVariableThatOthersUseMovesOnlyTogetherWithThem() throws Throwable {
    String source = "__thread int local = 5; int logic(void) { return local += %d; }";
    String user = "extern __thread int local; int use(void) { return local; }";
    LinkedObject logic = add("logic", source.formatted(1));
    LinkedObject using = add("user", user);
    assertThat(call("logic")).isEqualTo(6);
    assertThat(call("use")).isEqualTo(6);

    assertThatThrownBy(() -> logic.replace(Compiler.c("logic2", source.formatted(10))))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("local would move, but it is thread-local and user.o refers to it");
    assertThatThrownBy(logic::remove).isInstanceOf(ObjectInUseException.class);

    jit.objects()
        .update(update -> {
          update.replace(logic, Compiler.c("logic2", source.formatted(10)));
          update.replace(using, Compiler.c("user2", user));
        });
    assertThat(call("logic")).isEqualTo(15);
    assertThat(call("use")).isEqualTo(15);
  }

  @Test
  void exitFunctionsOfOldVersionsReachTheCurrentOneAndFinalizersRunOnce() throws Throwable {
    add("log", "int log_sum; void note(int n) { log_sum = log_sum * 10 + n; }");
    String source =
        "#include <stdlib.h>\nvoid note(int);"
            + "static void last(void) { note(%1$d); }"
            + "__attribute__((constructor)) static void begin(void) { atexit(last); }"
            + "__attribute__((destructor)) static void end(void) { note(%2$d); }"
            + "int logic(void) { return %1$d; }";
    LinkedObject logic = add("logic", source.formatted(1, 5), "-ffunction-sections");
    assertThat(call("logic")).isEqualTo(1);
    logic.replace(Compiler.c("logic2", source.formatted(2, 6), "-ffunction-sections"));
    assertThat(call("logic")).isEqualTo(2);

    jit.platform().deinitialize(jit.main());

    MemorySegment sum =
        MemorySegment.ofAddress(jit.session().lookup(jit.main(), "log_sum").address())
            .reinterpret(4);
    assertThat(sum.get(JAVA_INT, 0)).isEqualTo(226);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "xx"})
  void functionsWithNamesLongerThanAReportAreUnboundToo(String start) throws Throwable {
    String name = start + "é".repeat(600); // The text ends inside of a character, or between two.
    String declaration = "int f(void) __asm__(\"%s\");".formatted(name);
    LinkedObject removed = add("long", declaration + "int f(void) { return 1; }");
    add("user", declaration + "int user(void) { return f(); }");
    assertThat(call("user")).isEqualTo(1);

    removed.remove(UnloadPolicy.UNBIND);

    assertThat(jit.objects().objects()).extracting(LinkedObject::name).containsExactly("user.o");
    assertThatThrownBy(() -> call("user"))
        .isInstanceOf(UnboundSymbolException.class)
        .hasMessageContaining(start + "éé");
  }
}
