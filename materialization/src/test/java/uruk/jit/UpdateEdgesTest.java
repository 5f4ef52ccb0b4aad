package uruk.jit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.materialization.Compiler;
import uruk.materialization.DataPlan;
import uruk.materialization.DataPolicy;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.materialization.Quiescent;
import uruk.materialization.Replacement;
import uruk.materialization.ReplacementRefusedException;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;

/** Updates of objects that are legal and rare. */
class UpdateEdgesTest {
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);
  private static final DataPlan ANEW = DataPlan.of(DataPolicy.REINITIALISE);
  private static final DataPlan KEEP = DataPlan.of(DataPolicy.KEEP);

  @AutoClose private final Jit jit = Jit.create();

  private final List<Integer> notes = new ArrayList<>();

  private LinkedObject add(String name, String source) {
    return jit.add(Compiler.c(name, source));
  }

  private int call(String function) throws Throwable {
    return (int) jit.function(function, INT).invoke();
  }

  private static ObjectFile version(int number) {
    return Compiler.c("f" + number, "int f(void) { return %d; }".formatted(number));
  }

  // Initializers ---------------------------------------------------------------------------------

  /** A version whose initializer notes its number. */
  private ObjectFile noting(int number) {
    return Compiler.c(
        "noting" + number,
        ("void note(int n); int f(void) { return %1$d; }"
                + "__attribute__((constructor)) static void begin(void) { note(%1$d); }")
            .formatted(number));
  }

  private void defineNote() {
    jit.define("note", IntConsumer.class, notes::add);
  }

  @Test
  void aVersionThatWasReplacedBeforeItRanIsNotInitialized() throws Throwable {
    defineNote();
    jit.add(noting(1)).replace(noting(2));

    assertThat(call("f")).isEqualTo(2);
    assertThat(notes).containsExactly(2);
  }

  @Test
  void onlyTheCurrentVersionIsInitializedAgainAfterTheEnd() throws Throwable {
    defineNote();
    LinkedObject first = jit.add(noting(1));
    assertThat(call("f")).isEqualTo(1);
    first.replace(noting(2));
    UpdateSteps.freeCode(jit, first);

    jit.deinitialize();

    assertThat(call("f")).isEqualTo(2);
    assertThat(notes).containsExactly(1, 2, 2);
  }

  @Test
  void variablesThatAreKeptBeforeTheyHaveValuesGetThemLater() throws Throwable {
    jit.define("compute", IntSupplier.class, () -> 5);
    String source = "extern \"C\" { int compute(); int x = compute(); int f() { return x + %d; } }";
    LinkedObject first = jit.add(Compiler.cpp("computed", source.formatted(10)));

    first.replace(Compiler.cpp("computed2", source.formatted(20)), DataPolicy.KEEP);

    assertThat(call("f")).isEqualTo(25);
  }

  @Test
  void anErrorOfACallBackInAnInitializerLeavesNothingOfTheUpdate() throws Throwable {
    jit.define(
        "hook",
        Runnable.class,
        () -> {
          throw new AssertionError("from Java");
        });
    LinkedObject first = jit.add(version(1));
    assertThat(call("f")).isEqualTo(1);
    ObjectFile failing =
        Compiler.c(
            "failing",
            "void hook(void); int f(void) { return 2; }"
                + "__attribute__((constructor)) static void begin(void) { hook(); }");

    assertThatThrownBy(() -> first.replace(failing))
        .isInstanceOf(AssertionError.class)
        .hasMessage("from Java");

    assertThat(call("f")).isEqualTo(1);
    assertThat(jit.objects().objects()).containsExactly(first);
    assertThat(jit.main().asides()).isEmpty();
  }

  // Trackers and names ---------------------------------------------------------------------------

  @Test
  void whatAnUpdateAddedGoesWithTheTrackerOfItsNames() throws Throwable {
    LinkedObject first = jit.add(version(1));
    assertThat(call("f")).isEqualTo(1);
    jit.objects()
        .update(update -> {
          update.replace(
              first, Compiler.c("caller", "int h(void); int f(void) { return h(); }"), ANEW);
          update.add(Compiler.c("helper", "int h(void) { return 9; }"));
        });
    assertThat(call("f")).isEqualTo(9);
    assertThat(jit.objects().objects(jit.main().defaultResourceTracker()))
        .extracting(LinkedObject::name)
        .contains("helper.o");

    jit.main().defaultResourceTracker().remove();

    assertThat(jit.objects().objects()).isEmpty();
    assertThat(jit.main().asides()).isEmpty();
  }

  @Test
  void aRemovedObjectLeavesNoNameOfItsInitializers() throws Throwable {
    defineNote();
    int before = jit.main().symbols("").size();
    LinkedObject removed = jit.add(noting(1));
    LinkedObject removedByUpdate =
        jit.add(
            Compiler.c("other", "__attribute__((constructor)) static void b(void) {} int g = 1;"));
    jit.initialize();
    removed.replace(noting(2));

    removed.remove();
    jit.objects().update(update -> update.remove(removedByUpdate));

    assertThat(jit.main().symbols("")).hasSize(before);
  }

  // Kinds of symbols -----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "int, __thread int, variable, thread-local variable",
    "__thread int, int, thread-local variable, variable"
  })
  void aVariableCannotBecomeThreadLocalNorTheOtherWayRound(
      String before, String after, String was, String would) throws Throwable {
    LinkedObject definer = add("definer", before + " x = 1; int f(void) { return x; }");
    add("user", "extern %s x; int g(void) { return x; }".formatted(before));
    assertThat(call("f") + call("g")).isEqualTo(2);
    ObjectFile other = Compiler.c("definer2", after + " x = 2; int f(void) { return x; }");

    assertThatThrownBy(() -> definer.replace(other))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessage(
            "definer.o: x was a %s and would become a %s. Give the new one another name.",
            was, would);

    assertThat(call("f") + call("g")).isEqualTo(2);
  }

  @Test
  void aFunctionAtAnAbsoluteAddressIsReplacedByAnOrdinaryOneAndBack() throws Throwable {
    String header = ".globl f\n.type f,@function\n";
    String table = ".data\n.globl p\np: .quad f\n";
    ObjectFile absolute = Compiler.assembly("absolute", header + "f = 0x1234\n" + table);
    ObjectFile ordinary = Compiler.assembly("ordinary", header + "f: mov $6,%eax\nret\n" + table);
    LinkedObject object = jit.add(absolute);
    assertThat(jit.symbols().find("f").orElseThrow().address()).isEqualTo(0x1234);

    object.replace(ordinary);
    assertThat(call("f")).isEqualTo(6);
    object.replace(absolute);

    assertThat(jit.symbols().find("f").orElseThrow().address()).isEqualTo(0x1234);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @Test
  void anIndirectFunctionIsReplacedByAnOrdinaryOneAndBack() throws Throwable {
    String indirect =
        "static int one(void) { return %d; } static void *pick(void) { return one; }"
            + "int f(void) __attribute__((ifunc(\"pick\")));";
    LinkedObject object = add("indirect", indirect.formatted(1));
    add("user", "int f(void); int (*p)(void) = f; int user(void) { return f() * 10 + p(); }");
    assertThat(call("user")).isEqualTo(11);

    object.replace(version(2));
    assertThat(call("user")).isEqualTo(22);
    object.replace(Compiler.c("indirect3", indirect.formatted(3)));
    assertThat(call("user")).isEqualTo(33);
    object.replace(Compiler.c("indirect4", indirect.formatted(4)));

    jit.objects().reclaim();
    assertThat(call("user")).isEqualTo(44);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @Test
  void aliasesPartAndMeetAgain() throws Throwable {
    String together =
        "int a(void) { return %1$d; } int b(void) __attribute__((alias(\"a\")));"
            + "int x = %1$d; extern int y __attribute__((alias(\"x\")));";
    LinkedObject object = add("together", together.formatted(1));
    add(
        "user",
        "int a(void), b(void); extern int x, y;"
            + "int user(void) { return a() * 1000 + b() * 100 + x * 10 + y; }");
    assertThat(call("user")).isEqualTo(1111);

    object.replace(
        Compiler.c(
            "apart", "int a(void) { return 2; } int b(void) { return 3; } int x = 4, y = 5;"));
    assertThat(call("user")).isEqualTo(2345);
    object.replace(Compiler.c("together2", together.formatted(6)));

    assertThat(call("user")).isEqualTo(6666);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"KEEP, KEEP, 13", "KEEP, REINITIALISE, 13", "REINITIALISE, REINITIALISE, 11"})
  void aVariableOfAnInlineFunctionStaysOneWhenBothOfItsObjectsAreReplaced(
      DataPolicy ofOne, DataPolicy ofTwo, int sum) throws Throwable {
    String source =
        "inline int shared(int n) { static int count = 0; return count += n; }"
            + "extern \"C\" int %s() { return shared(%d); }";
    LinkedObject one = jit.add(Compiler.cpp("one", source.formatted("one", 1)));
    LinkedObject two = jit.add(Compiler.cpp("two", source.formatted("two", 1)));
    assertThat(call("one")).isEqualTo(1);
    assertThat(call("two")).isEqualTo(2);

    jit.objects()
        .update(update -> {
          update.replace(two, Compiler.cpp("two2", source.formatted("two", 5)), DataPlan.of(ofTwo));
          update.replace(one, Compiler.cpp("one2", source.formatted("one", 6)), DataPlan.of(ofOne));
        });

    call("one");
    assertThat(call("two")).isEqualTo(sum);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @Test
  void aVariableThatOneNewVersionKeepsCannotBeDefinedByAnother() throws Throwable {
    LinkedObject owner = add("owner", "int x = 1; int f(void) { return x; }");
    LinkedObject other = add("other", "int g(void) { return 2; }");
    assertThat(call("f") + call("g")).isEqualTo(3);

    assertThatThrownBy(() ->
            jit.objects()
                .update(update -> {
                  update.replace(
                      owner, Compiler.c("owner2", "int x = 3; int f(void) { return x; }"), KEEP);
                  update.replace(
                      other, Compiler.c("other2", "int x = 4; int g(void) { return x; }"), ANEW);
                }))
        .isInstanceOf(ReplacementRefusedException.class)
        .hasMessageContaining("other2.o defines x, which another object of \"main\" has already");

    assertThat(call("f") + call("g")).isEqualTo(3);
  }

  @Test
  void anUpdateMayWaitForEverForAQuietMoment() throws Throwable {
    LinkedObject first = jit.add(version(1));
    assertThat(call("f")).isEqualTo(1);

    jit.objects()
        .update(
            update -> update.replace(first, version(2), ANEW),
            new Quiescent(ChronoUnit.FOREVER.getDuration()));

    assertThat(call("f")).isEqualTo(2);
  }

  // Errors of plugins and listeners --------------------------------------------------------------

  private void failsAndLeavesTheOldVersion(LinkPlugin plugin) throws Throwable {
    LinkedObject first = jit.add(version(1));
    assertThat(call("f")).isEqualTo(1);
    jit.objects().addPlugin(plugin);

    assertThatThrownBy(() -> first.replace(version(2)))
        .isInstanceOf(FailedToMaterializeException.class)
        .hasStackTraceContaining("of the plugin");

    jit.objects().removePlugin(plugin);
    assertThat(call("f")).isEqualTo(1);
    assertThat(jit.objects().objects()).containsExactly(first);
    assertThat(jit.main().asides()).isEmpty();
    first.replace(version(3));
    assertThat(call("f")).isEqualTo(3);
  }

  @Test
  void anErrorOfAPluginThatHearsOfTheLinksEndFailsTheUpdate() throws Throwable {
    failsAndLeavesTheOldVersion(
        new LinkPlugin() {
          @Override
          public void notifyEmitted(LinkedObject object, ResourceKey key) {
            throw new AssertionError("of the plugin");
          }
        });
  }

  @Test
  @Timeout(60)
  void anErrorOfAPluginThatHearsOfAFailureKeepsNobodyWaiting() throws Throwable {
    failsAndLeavesTheOldVersion(
        new LinkPlugin() {
          @Override
          public void modifyPassConfiguration(
              LinkedObject object,
              MaterializationResponsibility responsibility,
              LinkGraph graph,
              PassConfiguration passes) {
            throw new IllegalStateException("of the plugin");
          }

          @Override
          public void notifyFailed(LinkedObject object, Throwable cause) {
            throw new AssertionError("another one");
          }
        });
  }

  @Test
  void anErrorOfAListenerIsReportedAndTheUpdateIsMade() throws Throwable {
    LinkedObject first = jit.add(version(1));
    assertThat(call("f")).isEqualTo(1);
    jit.objects()
        .addListener(replacement -> {
          throw new AssertionError("of the listener");
        });

    Replacement made = first.replace(version(2));

    assertThat(call("f")).isEqualTo(2);
    made.rollBack();
    assertThat(call("f")).isEqualTo(1);
  }
}
