package uruk.jit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.materialization.Compiler;
import uruk.materialization.LinkedObject;

/** Initializers, finalizers and exit functions that call Java back, which removes others. */
class RemovalInCallBacksTest {
  private static final String DECLARATIONS =
      "void drop(void); void note(int); int atexit(void (*)(void));"
          + "int at_quick_exit(void (*)(void));";

  @AutoClose private final Jit jit = Jit.create();

  private final List<LinkedObject> dropped = new ArrayList<>();
  private final List<Integer> notes = new ArrayList<>();

  @BeforeEach
  void defineCallBacks() {
    jit.define("drop", Runnable.class, () -> dropped.forEach(LinkedObject::remove));
    jit.define("note", IntConsumer.class, notes::add);
  }

  private LinkedObject add(String name, String source) {
    return jit.add(Compiler.c(name, DECLARATIONS + source));
  }

  private void call(String function) throws Throwable {
    int _ = (int) jit.function(function, FunctionDescriptor.of(JAVA_INT)).invoke();
  }

  @Test
  void initializersOfAnObjectThatIsRemovedMeanwhileDoNotRun() {
    add("dropping", "__attribute__((constructor)) static void begin(void) { drop(); }");
    dropped.add(
        add(
            "noting",
            "__attribute__((constructor)) static void begin(void) { note(1); } int f = 1;"));

    jit.initialize();

    assertThat(notes).isEmpty();
  }

  @Test
  void finalizersOfAnObjectThatIsRemovedMeanwhileDoNotRun() {
    LinkedObject noting =
        add("noting", "__attribute__((destructor)) static void end(void) { note(1); } int f = 1;");
    add("dropping", "__attribute__((destructor)) static void end(void) { drop(); }");
    jit.initialize();
    dropped.add(noting);

    jit.deinitialize();

    assertThat(notes).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"atexit", "at_quick_exit"})
  void exitFunctionsOfAnObjectThatIsRemovedMeanwhileDoNotRun(String register) throws Throwable {
    LinkedObject noting =
        add(
            "noting",
            "static void end(void) { note(1); } int f(void) { return %s(end); }"
                .formatted(register));
    add(
        "dropping",
        "static void end(void) { drop(); } int g(void) { return %s(end); }".formatted(register));
    call("f");
    call("g");
    dropped.add(noting);

    if (register.equals("at_quick_exit")) {
      jit.platform().runQuickExit(jit.main());
    } else {
      jit.deinitialize();
    }

    assertThat(notes).isEmpty();
    assertThat(noting.state()).isEqualTo(LinkedObject.State.REMOVED);
  }
}
