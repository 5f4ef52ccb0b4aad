package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import uruk.jit.Jit;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.Compiler;

/**
 * Linked code that calls Java back, in a process of its own. Prints what happened in each step; the
 * test reads it.
 */
public final class CallbackScenario {
  private static final String C =
      """
      extern int to_java(int);
      extern long many_to_java(long, long, long, long, long, long, double, long, long, double);
      int through_c(int n) { return to_java(n) + 1; }
      int bad_load(int *p) { return *p; }
      int runaway(int n) { volatile char pad[500]; pad[n % 500] = 1; return runaway(n + 1) + pad[0]; }
      long many(long a) { return many_to_java(a, 2, 3, 4, 5, 6, 1.5, 7, 8, 4.0); }
      int through_pointer(int (*call)(int), int n) { return call(n) + 2; }
      __asm__(".text\\n.globl without_frame\\n.type without_frame,@function\\nwithout_frame:\\n"
              "sub $8, %rsp\\ncall to_java@PLT\\nadd $8, %rsp\\nret\\n.size without_frame,.-without_frame");
      """;
  private static final String CPP =
      """
      #include <stdexcept>
      extern "C" int to_java(int);
      static int destroyed = 0;
      static int rethrown = 0;
      struct guardian { ~guardian() { destroyed++; } };
      static int inner(int n) { guardian g; return to_java(n); }
      extern "C" int through_cpp(int n) { guardian g; return inner(n) + 1; }
      extern "C" int rethrows(int n) {
        guardian g;
        try { return inner(n); } catch (...) { rethrown++; throw; }
      }
      extern "C" int swallows(int n) {
        try { return inner(n); } catch (const std::exception &) { return -1; } catch (...) { return -2; }
      }
      extern "C" int promises(int n) noexcept { return inner(n); }
      extern "C" int throws(int n) { guardian g; throw std::runtime_error("from below"); }
      extern "C" int destructions() { return destroyed * 100 + rethrown; }
      """;

  private final Jit jit;
  private int depth;

  private CallbackScenario(Jit jit) {
    this.jit = jit;
  }

  /** Runs steps. */
  public static void main(String[] arguments) throws Throwable {
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    try (Jit jit = Jit.create()) {
      CallbackScenario scenario = new CallbackScenario(jit);
      scenario.link();
      for (String step : arguments) {
        scenario.step(step);
      }
    }
    System.out.println("done");
  }

  private void link() throws ReflectiveOperationException {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    jit.define(
        "to_java",
        lookup.bind(this, "toJava", MethodType.methodType(int.class, int.class)),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    FunctionDescriptor many =
        FunctionDescriptor.of(
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_DOUBLE,
            JAVA_LONG,
            JAVA_LONG,
            JAVA_DOUBLE);
    jit.define(
        "many_to_java",
        lookup.findStatic(CallbackScenario.class, "manyToJava", many.toMethodType()),
        many);
    jit.add(Compiler.c("callback", C, "-g", "-O0", "-Wno-infinite-recursion"));
    jit.add(Compiler.cpp("frames", CPP, "-g"));
  }

  static long manyToJava(
      long a, long b, long c, long d, long e, long f, double x, long g, long h, double y) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + (long) (x * y);
  }

  private void step(String step) throws Throwable {
    switch (step) {
      case "arguments" -> System.out.println("arguments " + guarded("many", 1));
      case "nothing" -> System.out.println("nothing " + (int) guarded("through_c", 100));
      case "java" -> GuardScenario.javaStillWorks();
      case "pointer" -> pointer();
      case "threads" -> threads();
      case "virtual" -> virtualThreads();
      case "often" -> often();
      case "destructions" -> System.out.println("destructions " + guarded("destructions", 0));
      default -> {
        String[] call = step.split(":", 2);
        call(call[0], Integer.parseInt(call[1]));
      }
    }
  }

  private void call(String function, int argument) {
    try {
      System.out.println(function + " returned " + (int) guarded(function, argument));
    } catch (Throwable thrown) {
      System.out.println(
          "%s:%d threw %s: %s, cause %s"
              .formatted(
                  function,
                  argument,
                  thrown.getClass().getSimpleName(),
                  String.valueOf(thrown.getMessage()).lines().findFirst().orElse(""),
                  thrown.getCause()));
    }
  }

  private long guarded(String function, long argument) {
    return jit.guard().call(address(function), argument);
  }

  private long address(String function) {
    return jit.session().lookup(jit.main(), function).address();
  }

  /** What linked code calls. */
  int toJava(int what) throws Throwable {
    switch (what) {
      case 1 -> throw new IOException("from Java");
      case 2 -> guarded("bad_load", 16);
      case 3 -> {
        try {
          guarded("bad_load", 16);
        } catch (NativeCrashException expected) {
          System.out.println("inner guard " + expected.signal());
        }
      }
      case 4 -> {
        return toJava(4);
      }
      case 5 -> guarded("throws", 0);
      case 6 -> {
        // Down and up again, with a crash at the bottom.
        depth++;
        if (depth == 20) {
          depth = 0;
          guarded("runaway", 0);
        }
        guarded("through_cpp", 6);
      }
      case 7 -> {
        Object[] objects = {null};
        int caught = 0;
        for (int i = 0; i < 100_000; i++) {
          try {
            objects[0].hashCode();
          } catch (NullPointerException expected) {
            caught++;
          }
        }
        System.gc();
        return caught;
      }
      default -> {}
    }
    return what;
  }

  private void pointer() throws Throwable {
    MethodHandle target =
        MethodHandles.lookup().bind(this, "toJava", MethodType.methodType(int.class, int.class));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer =
          jit.callback(target, FunctionDescriptor.of(JAVA_INT, JAVA_INT), arena);
      MethodHandle call =
          jit.function("through_pointer", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
      System.out.println("pointer " + (int) call.invoke(pointer, 40));
      try {
        int unexpected = (int) call.invoke(pointer, 1);
        System.out.println("pointer " + unexpected);
      } catch (IOException expected) {
        System.out.println("pointer threw " + expected.getMessage());
      }
    }
  }

  private void threads() throws InterruptedException {
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      int kind = 1 + i % 2;
      threads[i] = Thread.ofPlatform().start(() -> repeat(kind));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println("threads");
  }

  private void virtualThreads() throws InterruptedException {
    Thread[] threads = new Thread[64];
    for (int i = 0; i < threads.length; i++) {
      int kind = 1 + i % 2;
      threads[i] = Thread.ofVirtual().start(() -> repeat(kind));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    System.out.println("virtual threads");
  }

  private void repeat(int kind) {
    for (int i = 0; i < 50; i++) {
      try {
        guarded("through_cpp", kind);
        System.out.println("nothing was thrown");
      } catch (Throwable thrown) {
        Class<?> expected = kind == 1 ? IOException.class : NativeCrashException.class;
        if (!expected.isInstance(thrown)) {
          System.out.println("another's exception: " + thrown);
        }
      }
      Thread.yield();
    }
  }

  /** So that compiled code is in it, too. */
  private void often() {
    int caught = 0;
    for (int i = 0; i < 30_000; i++) {
      try {
        guarded("through_cpp", i & 1);
      } catch (Throwable expected) {
        caught++;
      }
    }
    System.out.println("often " + caught);
  }
}
