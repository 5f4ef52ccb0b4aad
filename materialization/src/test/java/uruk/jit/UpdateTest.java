package uruk.jit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import uruk.jitlink.graph.MemProt;
import uruk.materialization.Compiler;
import uruk.materialization.DataPlan;
import uruk.materialization.DataPolicy;
import uruk.materialization.LinkedObject;
import uruk.materialization.NotQuiescentException;
import uruk.materialization.ObjectInUseException;
import uruk.materialization.Pin;
import uruk.materialization.Quiescent;
import uruk.materialization.Replacement;
import uruk.materialization.ReplacementListener;
import uruk.materialization.UnloadPolicy;
import uruk.materialization.UpdateVerifier;
import uruk.materialization.platform.UnboundSymbolException;

/** Removal and replacement as a program does it whose calls are guarded and counted. */
class UpdateTest {
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);

  @AutoClose private final Jit jit = Jit.create();
  @AutoClose private final UpdateVerifier verifier = UpdateVerifier.of(jit.objects());

  /** Each ends with its call: one that waits for the next keeps stale words on its stack. */
  @AutoClose("shutdownNow")
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("caller").factory());

  private LinkedObject add(String name, String source, String... options) {
    return jit.add(Compiler.c(name, source, options));
  }

  private int call(String function) throws Throwable {
    return (int) jit.function(function, INT).invoke();
  }

  // UNBIND ---------------------------------------------------------------------------------------

  @Test
  void aCallOfAnUnboundFunctionNamesItAndItsCaller() throws Throwable {
    LinkedObject base = add("base", "int base(void) { return 1; }");
    add("user", "int base(void); int user(void) { return base() + 1; }");
    MethodHandle user = jit.function("user", INT);
    assertThat((int) user.invoke()).isEqualTo(2);

    base.remove(UnloadPolicy.UNBIND);

    assertThatThrownBy(user::invoke)
        .isInstanceOf(UnboundSymbolException.class)
        .hasMessageContaining("base was removed, but user+0x")
        .hasMessageContaining("Add an object that defines it");
    assertThat(base.state()).isEqualTo(LinkedObject.State.REMOVED);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @Test
  void aFunctionThatIsDefinedAnewIsCalledByTheUsersLeftBehind() throws Throwable {
    LinkedObject base = add("base", "int base(void) { return 1; }");
    LinkedObject user = add("user", "int base(void); int user(void) { return base() + 1; }");
    assertThat(call("user")).isEqualTo(2);
    base.remove(UnloadPolicy.UNBIND);

    LinkedObject anew = add("base2", "int base(void) { return 40; }");
    assertThat(call("base")).isEqualTo(40);

    assertThat(call("user")).isEqualTo(41);
    assertThatThrownBy(anew::remove).isInstanceOf(ObjectInUseException.class);
    user.remove();
    anew.remove();
    assertThat(jit.objects().objects()).isEmpty();
  }

  @Test
  void variablesCannotBeUnbound() throws Throwable {
    LinkedObject base = add("base", "int variable = 3; int base(void) { return 1; }");
    add(
        "user",
        "extern int variable; int base(void); int user(void) { return base() + variable; }");
    assertThat(call("user")).isEqualTo(4);

    assertThatThrownBy(() -> base.remove(UnloadPolicy.UNBIND))
        .isInstanceOf(ObjectInUseException.class)
        .hasMessageContaining("variable is used by user.o: user+0x")
        .hasMessageContaining("Variables cannot be unbound");
    assertThat(call("user")).isEqualTo(4);
  }

  // Code that nothing runs -----------------------------------------------------------------------

  @Test
  void codeThatNothingRunsIsFreedByItselfAndItsDataStay() throws Throwable {
    CompletableFuture<LinkedObject> freed = new CompletableFuture<>();
    jit.objects()
        .addListener(
            new ReplacementListener() {
              @Override
              public void updated(Replacement replacement) {}

              @Override
              public void codeFreed(LinkedObject version) {
                freed.complete(version);
              }
            });
    LinkedObject logic = add("logic", "int data = 1; int logic(void) { return data; }");
    assertThat(call("logic")).isEqualTo(1);

    logic.replace(Compiler.c("logic2", "int data = 2; int logic(void) { return data; }"));

    assertThat(freed.get(20, TimeUnit.SECONDS)).isSameAs(logic);
    assertThat(logic.pinnedBy())
        .hasSize(1)
        .first()
        .hasToString(
            "its %d bytes of data stay until they are released"
                .formatted(((Pin.DataNotReleased) logic.pinnedBy().getFirst()).bytes()));
    assertThat(call("logic")).isEqualTo(2);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @Test
  void codeThatAThreadRunsIsPinnedAndThePinNamesThreadAndFunction() throws Throwable {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    jit.define(
        "wait_in_java",
        Runnable.class,
        () -> {
          inside.countDown();
          await(leave);
        });
    LinkedObject logic =
        add("logic", "void wait_in_java(void); int logic(void) { wait_in_java(); return 1; }");
    MethodHandle handle = jit.function("logic", INT);
    CompletableFuture<Integer> running =
        CompletableFuture.supplyAsync(() -> invoke(handle), threads);
    inside.await();

    logic.replace(Compiler.c("logic2", "int logic(void) { return 2; }"));
    assertThat(jit.objects().reclaim()).doesNotContain(logic);

    assertThat(logic.pinnedBy().toString())
        .contains("a call of logic by thread \"caller\"")
        .contains("has not ended");
    assertThat((int) handle.invoke()).isEqualTo(2);
    leave.countDown();
    assertThat(running.get()).isEqualTo(1);
    assertThat(freedAfterAWhile(logic)).isTrue();
  }

  @Test
  void aNativeThreadInOldCodePinsItUntilItLeaves() throws Throwable {
    String source =
        "#include <pthread.h>\n#include <unistd.h>\n"
            + "volatile int entered, stop; static pthread_t thread;"
            + "static void *loop(void *p) { entered = 1; while (!stop) usleep(100); return p; }"
            + "int start(void) { return pthread_create(&thread, 0, loop, 0); }"
            + "int finish(void) { stop = 1; return pthread_join(thread, 0); }"
            + "int has_entered(void) { return entered; }";
    String[] options = {"-ffunction-sections", "-fdata-sections"};
    LinkedObject logic = add("logic", source, options);
    assertThat(call("start")).isZero();
    while (call("has_entered") == 0) {
      Thread.onSpinWait();
    }

    logic.replace(
        Compiler.c("logic2", source, options),
        DataPlan.of(DataPolicy.KEEP).with(DataPolicy.KEEP, "thread"));

    assertThat(jit.objects().reclaim()).doesNotContain(logic);
    assertThat(logic.pinnedBy())
        .anyMatch(
            pin -> pin instanceof Pin.ThreadInCode place && place.function().contains("(logic.o)"));
    assertThat(call("finish")).isZero();
    assertThat(freedAfterAWhile(logic)).isTrue();
  }

  private static final String LOCAL =
      "static int local(void) { return %d; }"
          + "static int (*table[])(void) = { local };"
          + "int (*pointer(void))(void) { return local; }"
          + "int through_table(void) { return table[0](); }";
  private static final String KEEPS_A_POINTER =
      "int (*pointer(void))(void); int (*kept)(void);"
          + "int use(void) { if (!kept) kept = pointer(); return kept(); }";

  @Test
  void pointersToLocalFunctionsReachTheNewVersionAndPinNothing() throws Throwable {
    LinkedObject logic = add("logic", LOCAL.formatted(1), "-ffunction-sections");
    add("user", KEEPS_A_POINTER);
    assertThat(call("use")).isEqualTo(1);
    assertThat(call("through_table")).isEqualTo(1);

    logic.replace(Compiler.c("logic2", LOCAL.formatted(2), "-ffunction-sections"));

    assertThat(call("use")).isEqualTo(2);
    assertThat(call("through_table")).isEqualTo(2);
    assertThat(freedAfterAWhile(logic)).isTrue();
    assertThat(call("use")).isEqualTo(2);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @Test
  void anAddressThatTheAssemblerHasResolvedPinsTheCode() throws Throwable {
    LinkedObject logic = add("logic", LOCAL.formatted(1));
    add("user", KEEPS_A_POINTER);
    assertThat(call("use")).isEqualTo(1);

    logic.replace(Compiler.c("logic2", LOCAL.formatted(2)));

    assertThat(jit.objects().reclaim()).isEmpty();
    assertThat(logic.pinnedBy().toString())
        .contains("is taken without a relocation; compile with -ffunction-sections");
    assertThat(call("use")).isEqualTo(1);
    logic.release();
  }

  @Test
  void aPointerToALocalFunctionThatTheNewVersionLacksPinsTheOldOne() throws Throwable {
    LinkedObject logic =
        add(
            "logic",
            "static int local(void) { return 1; }" + "int (*pointer(void))(void) { return local; }",
            "-ffunction-sections");
    add("user", KEEPS_A_POINTER);
    assertThat(call("use")).isEqualTo(1);

    logic.replace(Compiler.c("logic2", "int (*pointer(void))(void) { return (int (*)(void)) 0; }"));

    assertThat(jit.objects().reclaim()).isEmpty();
    assertThat(logic.pinnedBy())
        .anyMatch(pin -> pin instanceof Pin.AddressTaken taken && taken.function().equals("local"));
    assertThat(call("use")).isEqualTo(1);
  }

  @Test
  void aThreadThatBlocksSignalsPinsUntilTheHostSaysThatNothingRuns() throws Throwable {
    add(
        "blocker",
        "#include <pthread.h>\n#include <signal.h>\n#include <unistd.h>\n"
            + "static volatile int stop, ready; static pthread_t thread;"
            + "static void *block(void *p) { sigset_t all; sigfillset(&all);"
            + " pthread_sigmask(SIG_BLOCK, &all, 0); ready = 1; while (!stop) usleep(100); return p; }"
            + "int start(void) { pthread_create(&thread, 0, block, 0);"
            + " while (!ready) usleep(100); return 0; }"
            + "int finish(void) { stop = 1; return pthread_join(thread, 0); }");
    LinkedObject logic = add("logic", "int logic(void) { return 1; }");
    assertThat(call("logic")).isEqualTo(1);
    assertThat(call("start")).isZero();

    logic.replace(Compiler.c("logic2", "int logic(void) { return 2; }"));

    assertThat(jit.objects().reclaim()).isEmpty();
    assertThat(logic.pinnedBy().toString()).contains("may run its code: it blocks signal");
    jit.objects().declareQuiescent();
    assertThat(freedAfterAWhile(logic)).isTrue();
    assertThat(call("finish")).isZero();
    assertThat(call("logic")).isEqualTo(2);
  }

  @Test
  void stacksThatArePutAsidePinUntilTheHostSaysThatNothingRuns() throws Throwable {
    String logicSource = "void leave(void); int logic(void) { leave(); return %d; }";
    add(
        "switcher",
        "#include <ucontext.h>\nint logic(void); static ucontext_t caller, callee;"
            + "static char stack[65536]; static int result;"
            + "static void body(void) { result = logic(); }"
            + "void leave(void) { swapcontext(&callee, &caller); }"
            + "int start(void) { getcontext(&callee); callee.uc_stack.ss_sp = stack;"
            + " callee.uc_stack.ss_size = sizeof stack; callee.uc_link = &caller;"
            + " makecontext(&callee, body, 0); return swapcontext(&caller, &callee); }"
            + "int resume(void) { swapcontext(&caller, &callee); return result; }");
    LinkedObject logic = add("logic", logicSource.formatted(1));
    assertThat(call("start")).isZero();

    logic.replace(Compiler.c("logic2", logicSource.formatted(2)));

    assertThat(jit.objects().reclaim()).isEmpty();
    assertThat(logic.pinnedBy().toString())
        .contains("switcher.o switches stacks, and one that is put aside may return into it");
    assertThat(call("resume")).as("what was put aside ends in the old version").isEqualTo(1);
    jit.objects().declareQuiescent();
    assertThat(freedAfterAWhile(logic)).isTrue();
  }

  // Several updates ------------------------------------------------------------------------------

  @Test
  void updatesMadeAtOnceComeOneAfterTheOther() throws Throwable {
    LinkedObject logic = add("logic", "int logic(void) { return 0; }");
    assertThat(call("logic")).isZero();
    List<CompletableFuture<Replacement>> updates = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      var file = Compiler.c("logic", "int logic(void) { return %d; }".formatted(i));
      updates.add(CompletableFuture.supplyAsync(() -> logic.replace(file), threads));
    }
    for (CompletableFuture<Replacement> update : updates) {
      assertThat(update.get(20, TimeUnit.SECONDS)).isNotNull();
    }

    assertThat(logic.current().generation()).isEqualTo(5);
    assertThat(call("logic")).isBetween(1, 4);
    assertThat(jit.objects().verify()).isEmpty();
  }

  @Test
  void codeReplacesItselfByACallBack() throws Throwable {
    List<LinkedObject> objects = new ArrayList<>();
    var file = Compiler.c("logic2", "int logic(void) { return 2; }");
    jit.define("replace_me", Runnable.class, () -> objects.getFirst().replace(file));
    LinkedObject logic =
        add("logic", "void replace_me(void); int logic(void) { replace_me(); return 1; }");
    objects.add(logic);

    assertThat(call("logic")).isEqualTo(1);
    assertThat(call("logic")).isEqualTo(2);
    assertThat(freedAfterAWhile(logic)).isTrue();
  }

  @Test
  void anInitializerThatMakesAnUpdateIsRefusedAndNothingChanges() throws Throwable {
    LinkedObject logic = add("logic", "int logic(void) { return 1; }");
    assertThat(call("logic")).isEqualTo(1);
    var third = Compiler.c("logic3", "int logic(void) { return 3; }");
    jit.define("replace_me", Runnable.class, () -> logic.replace(third));

    assertThatThrownBy(() ->
            logic.replace(
                Compiler.c(
                    "logic2",
                    "void replace_me(void); int logic(void) { return 2; }"
                        + "__attribute__((constructor)) static void begin(void) { replace_me(); }")))
        .hasMessageContaining("this thread is in an update already");

    assertThat(call("logic")).isEqualTo(1);
  }

  // Quiescent ------------------------------------------------------------------------------------

  @Test
  void anUpdateWaitsForCallsToEndAndNewCallsWaitForIt() throws Throwable {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    jit.define(
        "wait_in_java",
        Runnable.class,
        () -> {
          inside.countDown();
          await(leave);
        });
    LinkedObject logic =
        add(
            "logic",
            "void wait_in_java(void); int part(void) { return 1; }"
                + "int logic(void) { int a = part(); wait_in_java(); return a * 10 + part(); }");
    MethodHandle handle = jit.function("logic", INT);
    CompletableFuture<Integer> running =
        CompletableFuture.supplyAsync(() -> invoke(handle), threads);
    inside.await();
    var file =
        Compiler.c(
            "logic2", "int part(void) { return 2; } int logic(void) { return 10 * part() + 2; }");

    assertThatThrownBy(() ->
            jit.objects()
                .update(
                    update -> update.replace(logic, file), new Quiescent(Duration.ofMillis(50))))
        .isInstanceOf(NotQuiescentException.class)
        .hasMessageContaining("a call of logic by thread \"caller\"")
        .hasMessageContaining("Wait longer");
    assertThat(logic.current()).isSameAs(logic);

    CompletableFuture<Replacement> update =
        CompletableFuture.supplyAsync(
            () ->
                jit.objects()
                    .update(
                        each -> each.replace(logic, file), new Quiescent(Duration.ofSeconds(20))),
            threads);
    List<CompletableFuture<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(CompletableFuture.supplyAsync(() -> invoke(jit.function("part", INT)), threads));
    }
    leave.countDown();
    update.get(20, TimeUnit.SECONDS);
    assertThat(running.get()).isEqualTo(11);
    assertThat((int) handle.invoke()).isEqualTo(22);
    for (CompletableFuture<Integer> each : calls) {
      assertThat(each.get(20, TimeUnit.SECONDS)).isBetween(1, 2);
    }
  }

  // Helpers --------------------------------------------------------------------------------------

  private boolean freedAfterAWhile(LinkedObject version) {

    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      var _ = jit.objects().reclaim();
      if (version.segments().stream()
          .noneMatch(segment -> segment.memProt() == MemProt.READ_EXEC)) {
        return true;
      }
    }
    return false;
  }

  private static int invoke(MethodHandle handle) {
    try {
      return (int) handle.invoke();
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
