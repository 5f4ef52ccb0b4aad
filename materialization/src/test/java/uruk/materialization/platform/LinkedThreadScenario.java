package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import uruk.jit.Jit;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.Compiler;

/**
 * Threads that linked code creates, in a process of its own. Its arguments are the function that
 * creates one, and what happens there.
 */
public final class LinkedThreadScenario {
  private static final String C =
      """
      #include <pthread.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <threads.h>
      #include <unistd.h>
      extern int to_java(int);
      void at_exit(void) { puts("exit function"); }
      void __attribute__((destructor)) at_end(void) { puts("finalizer"); }
      void at_quick(void) { puts("quick exit function"); fflush(stdout); }
      static int load(int *p) { return *p; }
      static int divide(int a, int b) { return a / b; }
      static int runaway(int n) { volatile char pad[1000]; pad[n % 1000] = 1; return runaway(n + 1) + pad[0]; }
      static long happens(long what) {
        switch (what) {
          case 0: return to_java(0);
          case 1: return load((int *) 16);
          case 2: return runaway(0);
          case 3: abort();
          case 4: exit(7);
          case 5: quick_exit(8);
          case 6: _exit(9);
          case 7: memcpy((void *) 24, "abcdefgh", strlen("abcdefgh")); return 0;
          case 8: pthread_exit((void *) 5);
          case 9: return to_java(1);
          case 10: return to_java(2);
          case 11: return divide(1, 0);
          default: return what;
        }
      }
      long crash(long what) { return happens(what); }
      static void *run(void *what) { return (void *) happens((long) what); }
      static int run11(void *what) { return happens((long) what); }
      long by_pthread(long what) {
        pthread_t thread; void *result = 0;
        atexit(at_exit); at_quick_exit(at_quick);
        if (pthread_create(&thread, 0, run, (void *) what)) return -1;
        pthread_join(thread, &result);
        return (long) result;
      }
      long by_c11(long what) {
        thrd_t thread; int result = 0;
        atexit(at_exit); at_quick_exit(at_quick);
        if (thrd_create(&thread, run11, (void *) what) != thrd_success) return -1;
        thrd_join(thread, &result);
        return result;
      }
      """;
  private static final String CPP =
      """
      #include <future>
      #include <stdexcept>
      #include <thread>
      extern "C" long crash(long);
      extern "C" int to_java(int);
      static thread_local struct counted { int n = 0; ~counted() { if (n) to_java(0); } } local;
      extern "C" long by_thread(long what) {
        long result = 0;
        std::thread thread([&] { local.n = 1; result = crash(what); });
        thread.join();
        return result;
      }
      extern "C" long by_async(long what) { return std::async(std::launch::async, crash, what).get(); }
      extern "C" long by_throw(long) {
        std::thread([] { throw std::runtime_error("nobody catches"); }).join();
        return 0;
      }
      """;

  private final Jit jit;

  private LinkedThreadScenario(Jit jit) {
    this.jit = jit;
  }

  /** Runs pairs of a function and its argument. */
  public static void main(String[] arguments) throws Throwable {
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("shutdown hook")));
    Jit.Builder builder =
        Jit.builder()
            .errorReporter(error -> {
              System.out.println("reported " + error.getMessage().replace('\n', ' '));
            });
    try (Jit jit = builder.create()) {
      LinkedThreadScenario scenario = new LinkedThreadScenario(jit);
      scenario.link();
      for (int i = 0; i < arguments.length; i += 2) {
        scenario.call(arguments[i], Long.parseLong(arguments[i + 1]));
      }
    }
    System.out.println("done");
  }

  private void link() throws ReflectiveOperationException {
    jit.define(
        "to_java",
        MethodHandles.lookup().bind(this, "toJava", MethodType.methodType(int.class, int.class)),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    jit.add(Compiler.c("threads", C, "-g", "-O0", "-Wno-infinite-recursion"));
    jit.add(Compiler.cpp("cppthreads", CPP, "-g"));
    jit.platform().initialize(jit.main(), null);
  }

  private void call(String function, long what) {
    try {
      long address = jit.session().lookup(jit.main(), function).address();
      System.out.println(function + " returned " + jit.guard().call(address, what));
    } catch (NativeException thrown) {
      System.out.println(function + " threw " + thrown.getMessage());
    }
  }

  int toJava(int what) {
    switch (what) {
      case 1 -> throw new IllegalStateException("thrown in a call-back");
      case 2 -> call("crash", 1);
      default ->
          System.out.println(
              "Java on " + (Thread.currentThread().isDaemon() ? "its" : "a") + " thread");
    }
    return what;
  }
}
