package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import uruk.jit.Jit;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.Compiler;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.ResourceTracker;

/**
 * What runs at the end of a program and of its threads, in a process of its own: what dangles ends
 * it. Prints what runs, and what the scenario does.
 */
public final class ExitScenario {
  private static final String ENDS =
      """
      extern "C" { void ran(int); int atexit(void (*)(void)); extern void *__dso_handle; }
      struct noisy { int number; noisy(int n) : number(n) {} ~noisy() { ran(number); } };
      static noisy whole(1);
      static void __attribute__((destructor)) finalizer() { ran(2); }
      static thread_local noisy mine(3);
      static void atExit() { ran(4); }
      static void atQuickExit() { ran(8); }
      extern "C" int at_quick_exit(void (*)()) noexcept;
      extern "C" void enroll_quick_NAME() { at_quick_exit(atQuickExit); }
      extern "C" void touch_NAME() { volatile int number = mine.number; (void) number; }
      extern "C" void enroll_NAME() { atexit(atExit); }
      extern "C" void *handle_NAME() { return &__dso_handle; }
      """;
  private static final String BEGINS =
      "void ran(int);" + " static void __attribute__((constructor)) begins(void) { ran(NUMBER); }";
  private static final String THREADS =
      """
      #include <pthread.h>
      #include <semaphore.h>
      extern void ran(int);
      static sem_t begun, go, go_attached;
      static pthread_t plain, attached;
      static void (*touch)(void);
      static void *runs(void *callsJava) {
        if (callsJava) ran(0);
        touch();
        sem_post(&begun);
        sem_t *own = callsJava ? &go_attached : &go; // each its own: either might take the other's
        sem_wait(own);
        return 0;
      }
      void start(void (*function)(void)) {
        touch = function;
        sem_init(&begun, 0, 0); sem_init(&go, 0, 0); sem_init(&go_attached, 0, 0);
        pthread_create(&plain, 0, runs, 0);
        pthread_create(&attached, 0, runs, &go);
        sem_wait(&begun); sem_wait(&begun);
      }
      void finish(void) {
        sem_post(&go); pthread_join(plain, 0);
        sem_post(&go_attached); pthread_join(attached, 0);
      }
      """;

  private static final Semaphore RAN = new Semaphore(0);

  private final Jit jit;

  private ExitScenario(Jit jit) {
    this.jit = jit;
  }

  /** Runs one scenario. */
  public static void main(String[] arguments) throws Throwable {
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    try (Jit jit = Jit.create()) {
      ExitScenario scenario = new ExitScenario(jit);
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MethodType type = MethodType.methodType(void.class, int.class);
      jit.define(
          "ran",
          lookup.findStatic(ExitScenario.class, "ran", type),
          FunctionDescriptor.ofVoid(JAVA_INT));
      jit.add(Compiler.c("threads", THREADS));
      switch (arguments[0]) {
        case "kept" -> scenario.kept();
        case "removed" -> scenario.removed();
        case "order" -> scenario.order();
        case "quick" -> scenario.quick(arguments[1]);
        default -> scenario.dylibs();
      }
      System.out.println("closing");
    }
    System.out.println("done");
  }

  @SuppressWarnings("UnusedMethod") // linked code calls it
  private static void ran(int number) {
    System.out.println("ran " + number);
    RAN.release();
  }

  private ResourceTracker add(JITDylib dylib, String name) {
    ResourceTracker tracker = dylib.createResourceTracker();
    jit.objects().add(tracker, Compiler.cpp(name, ENDS.replace("NAME", name)));
    jit.platform().initialize(dylib, null);
    return tracker;
  }

  private long address(JITDylib dylib, String function) {
    return jit.session().lookup(dylib, function).address();
  }

  private void call(String function, long argument) {
    jit.guard().call(address(jit.main(), function), argument);
  }

  private Thread touchingThread(CountDownLatch touched, CountDownLatch go) {
    return Thread.ofPlatform()
        .start(() -> {
          call("touch_one", 0);
          touched.countDown();
          try {
            go.await();
          } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
          }
        });
  }

  private void kept() throws InterruptedException {
    add(jit.main(), "one");
    System.out.println("Java thread");
    CountDownLatch now = new CountDownLatch(0);
    touchingThread(now, now);
    RAN.acquire(); // the system's thread ends after Java's
    System.out.println("threads of linked code");
    call("start", address(jit.main(), "touch_one"));
    call("finish", 0);
    System.out.println("this thread");
    call("touch_one", 0);
    jit.platform().endThread();
    call("enroll_one", 0);
    System.out.println("deinitialize");
    jit.platform().deinitialize(jit.main());
  }

  private void removed() throws InterruptedException {
    ResourceTracker tracker = add(jit.main(), "one");
    CountDownLatch touched = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Thread thread = touchingThread(touched, go);
    touched.await();
    call("start", address(jit.main(), "touch_one"));
    call("touch_one", 0);
    call("enroll_one", 0);
    System.out.println("remove");
    tracker.remove();
    go.countDown();
    thread.join();
    call("finish", 0);
    jit.platform().endThread();
    jit.platform().deinitialize(jit.main());
  }

  /** What was registered for a quick exit, before and behind what is for an exit. */
  private void quick(String end) {
    add(jit.main(), "one");
    for (String function : List.of("enroll_quick_one", "enroll_one", "enroll_quick_one")) {
      call(function, 0);
    }
    System.out.println(end);
    switch (end) {
      case "deinitialize" -> jit.platform().deinitialize(jit.main());
      case "exit" -> jit.deinitialize();
      case "quick exit" -> jit.platform().runQuickExit(jit.main());
      default -> {}
    }
  }

  /** {@return a dylib that links against the program's} */
  private JITDylib createOther() {
    JITDylib other = jit.session().createJITDylib("other");
    other.addToLinkOrder(jit.main(), JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
    jit.main().linkOrder().entries().stream()
        .skip(1)
        .forEach(entry -> other.addToLinkOrder(entry.dylib(), entry.flags()));
    return other;
  }

  private void order() {
    JITDylib other = createOther();
    jit.objects().add(other, Compiler.c("dependent", BEGINS.replace("NUMBER", "6")));
    jit.add(Compiler.c("needed", BEGINS.replace("NUMBER", "5")));
    jit.platform().initialize(other, null);
    System.out.println("again");
    jit.platform().initialize(other, null);
    jit.add(Compiler.c("new", BEGINS.replace("NUMBER", "7")));
    jit.platform().initialize(other, null);
  }

  private void dylibs() {
    JITDylib other = createOther();
    add(jit.main(), "one");
    add(other, "two");
    long one = jit.guard().call(address(jit.main(), "handle_one"), 0);
    long two = jit.guard().call(address(other, "handle_two"), 0);
    System.out.println("handles differ " + (one != two));
    jit.guard().call(address(other, "enroll_two"), 0);
    System.out.println("deinitialize other");
    jit.platform().deinitialize(other);
    System.out.println("deinitialize main");
    jit.platform().deinitialize(jit.main());
    System.out.println("again");
    jit.platform().deinitialize(jit.main());
    jit.platform().initialize(jit.main(), null);
    jit.platform().deinitialize(jit.main());
  }
}
