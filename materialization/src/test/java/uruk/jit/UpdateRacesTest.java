package uruk.jit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.materialization.Compiler;
import uruk.materialization.DataPlan;
import uruk.materialization.DataPolicy;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.materialization.ObjectInUseException;
import uruk.materialization.Replacement;
import uruk.materialization.ReplacementListener;
import uruk.materialization.UnloadPolicy;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.OrcException;
import uruk.orc.SymbolState;

/** What another thread does in the middle of updates, removals and links. */
@Timeout(120)
class UpdateRacesTest {
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);

  @AutoClose private final Jit jit = Jit.create();

  private LinkedObject add(String name, String source) {
    return jit.add(Compiler.c(name, source));
  }

  private int call(String function) throws Throwable {
    return (int) jit.function(function, INT).invoke();
  }

  private static ObjectFile version(int number) {
    return Compiler.c("f" + number, "int f(void) { return %d; }".formatted(number));
  }

  /** What another thread does while an object is being linked. */
  private void duringLinkOf(String name, Consumer<PassConfiguration> passes) {
    jit.objects()
        .addPlugin(
            new LinkPlugin() {
              @Override
              public void modifyPassConfiguration(
                  LinkedObject object,
                  MaterializationResponsibility responsibility,
                  LinkGraph graph,
                  PassConfiguration configuration) {
                if (object.name().equals(name)) {
                  passes.accept(configuration);
                }
              }
            });
  }

  /** What happens once when an object's names are gone and its memory is there. */
  private void duringRemoval(Runnable action) {
    AtomicBoolean done = new AtomicBoolean();
    jit.objects()
        .addPlugin(
            new LinkPlugin() {
              @Override
              public void notifyRemoving(LinkedObject object) {
                if (!done.getAndSet(true)) {
                  action.run();
                }
              }
            });
  }

  private static void inAnotherThread(Runnable action) {
    CompletableFuture.runAsync(action).join();
  }

  @Test
  void nobodyElseInitializesWhatAnUpdateIsAboutToLeadTo() throws Throwable {
    jit.define("compute", IntSupplier.class, () -> 5);
    String source =
        "extern \"C\" { int compute(); int x = compute(); int f() { return x + %d; }"
            + "void set() { x = 7; } }";
    LinkedObject kept = jit.add(Compiler.cpp("kept", source.formatted(10)));
    LinkedObject other = add("other", "int g(void) { return 1; }");
    assertThat(call("f")).isEqualTo(15);
    jit.function("set", FunctionDescriptor.ofVoid()).invoke();
    duringLinkOf(
        "other2.o", passes -> passes.prePrune().add(_ -> inAnotherThread(jit::initialize)));

    jit.objects()
        .update(update -> {
          update.replace(
              kept, Compiler.cpp("kept2", source.formatted(20)), DataPlan.of(DataPolicy.KEEP));
          update.replace(
              other,
              Compiler.c("other2", "int f(void); int g(void) { return f(); }"),
              DataPlan.of(DataPolicy.REINITIALISE));
        });

    assertThat(call("f")).isEqualTo(27);
  }

  @Test
  void anObjectThatIsBeingRemovedIsNotReplaced() throws Throwable {
    LinkedObject object = jit.add(version(1));
    assertThat(call("f")).isEqualTo(1);
    object.replace(version(2));
    duringRemoval(() ->
        assertThatThrownBy(() -> inAnotherThread(() -> object.replace(version(3))))
            .hasCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("it is REMOVED; add the new file instead"));

    object.remove();

    assertThat(jit.main().symbolState("f")).isNull();
    assertThat(jit.objects().objects()).isEmpty();
  }

  @Test
  void aHandleOfARemovedFunctionThrowsThoughTheNameIsDefinedAgainMeanwhile() throws Throwable {
    LinkedObject object = jit.add(version(1));
    MethodHandle handle = jit.function("f", INT);
    assertThat((int) handle.invoke()).isEqualTo(1);
    duringRemoval(() -> inAnotherThread(() -> jit.add(version(2))));

    object.remove();

    assertThatThrownBy(
            () -> {
              int _ = (int) handle.invoke();
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("The symbol f was removed");
    assertThat(call("f")).isEqualTo(2);
  }

  @Test
  void aFunctionTakesItsOldEntryOverThoughItsLastCallerGoesMeanwhile() throws Throwable {
    LinkedObject object = jit.add(version(1));
    LinkedObject user = add("user", "int f(void); int user(void) { return f(); }");
    assertThat(call("user")).isEqualTo(1);
    object.remove(UnloadPolicy.UNBIND);
    duringLinkOf("f2.o", passes -> passes.prePrune().add(_ -> inAnotherThread(user::remove)));

    jit.add(version(2));

    assertThat(call("f")).isEqualTo(2);
    add("more", "int g(void) { return 3; } int h(void) { return 4; }");
    assertThat(call("g") * 100 + call("h") * 10 + call("f")).isEqualTo(342);
  }

  @Test
  void aLinkUnderWayIsLedToTheCurrentPlaceThoughOldOnesAreReleased() throws Throwable {
    LinkedObject object = add("data", "int x = 1;");
    add("user", "extern int x; int *place(void) { return &x; }");
    duringLinkOf(
        "user.o",
        passes ->
            passes
                .preFixup()
                .add(_ ->
                    inAnotherThread(() -> {
                      object.replace(Compiler.c("data2", "int x = 2;"));
                      LinkedObject second = object.current();
                      object.replace(Compiler.c("data3", "int x = 3;"));
                      second.release();
                      object.release();
                    })));

    long place = (long) jit.function("place", FunctionDescriptor.of(JAVA_LONG)).invoke();

    assertThat(place).isEqualTo(jit.symbols().find("x").orElseThrow().address());
  }

  @Test
  void noUserIsLinkedBetweenTheLookAtUsersAndTheRemoval() {
    ObjectFile base = Compiler.c("base", "int base(void) { return 1; }");
    ObjectFile user = Compiler.c("user", "int base(void); int user(void) { return base(); }");
    for (int round = 0; round < 1_000; round++) {
      LinkedObject used = jit.add(base);
      assertThat(jit.symbols().find("base")).isPresent();
      LinkedObject using = jit.add(user);
      CompletableFuture<Void> linking = CompletableFuture.runAsync(this::linkUser);
      for (int i = 0; i < round % 200; i++) {
        Thread.onSpinWait();
      }
      boolean removed = remove(used);
      linking.join();
      boolean inUse =
          using.state() == LinkedObject.State.LINKED
              && jit.main().symbolState("user") == SymbolState.READY;
      assertThat(removed && inUse).as("removed while in use, round %d", round).isFalse();
      jit.main().defaultResourceTracker().remove();
    }
  }

  private void linkUser() {
    try {
      var _ = jit.symbols().find("user");
    } catch (OrcException itsBaseIsGone) {
      // As it should be.
    }
  }

  private static boolean remove(LinkedObject object) {
    try {
      object.remove();
      return true;
    } catch (ObjectInUseException used) {
      return false;
    }
  }

  @Test
  void aLongUpdateOfOneProgramDoesNotKeepOthersFromFreeingCode() throws Throwable {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CountDownLatch freed = new CountDownLatch(1);
    ObjectFile waiting =
        Compiler.c(
            "waiting",
            "void hold(void); int f(void) { return 3; }"
                + "__attribute__((constructor)) static void begin(void) { hold(); }");
    ObjectFile second = version(2);
    jit.define(
        "hold",
        Runnable.class,
        () -> {
          begun.countDown();
          await(mayEnd);
        });
    LinkedObject object = jit.add(version(1));
    assertThat(call("f")).isEqualTo(1);
    try (Jit other = Jit.create()) {
      LinkedObject others = other.add(version(1));
      assertThat((int) other.function("f", INT).invoke()).isEqualTo(1);
      other
          .objects()
          .addListener(
              new ReplacementListener() {
                @Override
                public void updated(Replacement replacement) {}

                @Override
                public void codeFreed(LinkedObject version) {
                  freed.countDown();
                }
              });

      object.replace(second); // whose old version the reclaimer is to look at soon
      CompletableFuture<Void> update = CompletableFuture.runAsync(() -> object.replace(waiting));
      await(begun);
      others.replace(second);

      boolean freedMeanwhile = freed.await(30, TimeUnit.SECONDS);
      String pins = freedMeanwhile ? "" : others.pinnedBy().toString();
      mayEnd.countDown();
      update.join();
      assertThat(freedMeanwhile).as("freed, pinned by %s", pins).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
