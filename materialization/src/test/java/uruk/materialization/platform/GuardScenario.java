package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.Compiler;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.ProcessSymbols;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/**
 * Runs in a Java process of its own, since a guard that fails takes its process down. Prints what
 * happened in each step; the test reads it.
 */
final class GuardScenario {
  private static final String C =
      """
      #define _GNU_SOURCE
      #include <stdlib.h>
      #include <string.h>
      #include <sys/mman.h>
      #include <unistd.h>
      static int load(int *p) { return *p; }
      int bad_load(long at) { return load((int *) at) + 1; }
      int divide(int a, int b) { return a / b; }
      int bus(void) {
        int file = memfd_create("short", 0);
        volatile int *page = mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        return *page;
      }
      void illegal(void) { __builtin_trap(); }
      int runaway(int n) { volatile char pad[1000]; pad[n % 1000] = 1; return runaway(n + 1) + pad[0]; }
      void aborts(void) { abort(); }
      void copies(void) { memcpy((void *) 16, "abcdefgh", strlen("abcdefgh")); }
      void exits(int status) { exit(status); }
      void exits_at_once(int status) { _Exit(status); }
      void exits_quickly(int status) { quick_exit(status); }
      void calls_nowhere(void) { ((void (*)(void)) 0)(); }
      int add(int a, int b) { return a + b; }
      long many(long a, long b, long c, long d, long e, long f, long g, double x, long h, double y) {
        return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + (long) (x * y);
      }
      struct big { long a, b, c; };
      struct big make(long a) { struct big r = { a, a + 1, a + 2 }; return r; }
      """;
  private static final String CPP =
      """
      #include <stdexcept>
      #include <string>
      struct other { virtual ~other() {} int pad = 1; };
      struct odd : other, std::runtime_error { odd() : runtime_error("odd one") {} };
      struct deep : virtual std::exception { const char *what() const noexcept { return "deep"; } };
      extern "C" int destroyed = 0;
      struct guardian { ~guardian() { destroyed++; } };
      extern "C" void throws(int kind) {
        guardian g;
        switch (kind) {
          case 0: throw std::runtime_error("it broke");
          case 1: throw 42;
          case 2: throw odd();
          case 3: throw deep();
          case 4: try { throw std::out_of_range("inner"); } catch (...) {
            std::rethrow_exception(std::current_exception()); }
          default: throw std::string("text");
        }
      }
      extern "C" int destructions() { return destroyed; }
      """;

  private final ExecutionSession session = ExecutionSession.create();
  private final Symbolizer symbolizer = new Symbolizer();
  private final Guard guard = new Guard(symbolizer);
  private final JITDylib main = session.createJITDylib("main");

  private GuardScenario() {
    SymbolMap.Builder replacements = SymbolMap.builder();
    SymbolFlags flags = SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.CALLABLE);
    guard.replacements().forEach((name, address) -> replacements.put(name, address, flags));
    main.define(AbsoluteSymbols.of(replacements.build()));
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    main.addGenerator(ProcessSymbols.all());
    ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
    layer.keepFiles();
    layer.addPlugin(symbolizer);
    layer.add(main, Compiler.c("crash", C, "-g", "-O0", "-Wno-infinite-recursion"));
    layer.add(main, Compiler.cpp("throws", CPP, "-g"));
  }

  public static void main(String[] arguments) throws Throwable {
    GuardScenario scenario = new GuardScenario();
    for (String step : arguments) {
      scenario.step(step);
    }
    System.out.println("done");
  }

  private void step(String step) throws Throwable {
    switch (step) {
      case "java" -> javaStillWorks();
      case "signature" -> signatures();
      case "threads" -> threads();
      default -> {
        String[] call = step.split(":", 2);
        call(call[0], call.length > 1 ? Long.parseLong(call[1]) : 0);
      }
    }
  }

  private void call(String function, long argument) {
    try {
      long result = guard.call(address(function), argument);
      System.out.println(function + " returned " + (int) result);
    } catch (NativeException thrown) {
      System.out.println(
          function
              + " threw "
              + thrown.getClass().getSimpleName()
              + ": "
              + thrown.getMessage().lines().limit(3).toList());
      System.out.println(function + " place " + thrown.place());
    }
  }

  private long address(String function) {
    return session.lookup(main, function).address();
  }

  /** What HotSpot itself uses signals for. */
  static void javaStillWorks() {
    int caught = 0;
    Object[] objects = {"text", null};
    for (int i = 0; i < 200_000; i++) {
      try {
        caught += objects[i & 1].hashCode() == 0 ? 1 : 0;
      } catch (NullPointerException expected) {
        caught++;
      }
    }
    try {
      overflow(0);
    } catch (StackOverflowError expected) {
      caught++;
    }
    // Its compiled loop stops at safepoints by reading a page that the JVM protects.
    Thread.ofPlatform().daemon().start(GuardScenario::spin);
    for (int i = 0; i < 3; i++) {
      byte[][] garbage = new byte[64][];
      for (int j = 0; j < garbage.length; j++) {
        garbage[j] = new byte[1 << 16];
      }
      System.gc();
    }
    System.out.println("java caught " + caught);
  }

  private static void spin() {
    long sum = 0;
    for (long until = System.nanoTime() + 300_000_000L; System.nanoTime() < until; ) {
      for (int i = 0; i < 1_000_000; i++) {
        sum += sum ^ i;
      }
    }
    if (sum == 42) {
      System.out.println();
    }
  }

  private static int overflow(int depth) {
    return overflow(depth + 1) + 1;
  }

  private void signatures() throws Throwable {
    MethodHandle many =
        guard.downcall(
            address("many"),
            FunctionDescriptor.of(
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_DOUBLE,
                JAVA_LONG,
                JAVA_DOUBLE));
    System.out.println("many " + (long) many.invoke(1L, 2L, 3L, 4L, 5L, 6L, 7L, 1.5, 8L, 4.0));
    MethodHandle make =
        guard.downcall(
            address("make"),
            FunctionDescriptor.of(
                java.lang.foreign.MemoryLayout.structLayout(JAVA_LONG, JAVA_LONG, JAVA_LONG),
                JAVA_LONG));
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      var big =
          (java.lang.foreign.MemorySegment)
              make.invoke((java.lang.foreign.SegmentAllocator) arena, 5L);
      System.out.println("make " + big.getAtIndex(JAVA_LONG, 2));
    }
    MethodHandle divide =
        guard.downcall(address("divide"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    System.out.println("divide " + (int) divide.invoke(7, 2));
    try {
      System.out.println("divide " + (int) divide.invoke(7, 0));
    } catch (NativeCrashException expected) {
      System.out.println("divide threw " + expected.signal());
    }
  }

  private void threads() throws InterruptedException {
    for (int i = 0; i < 4; i++) {
      Thread thread = Thread.ofPlatform().start(() -> call("runaway", 0));
      thread.join();
    }
    Thread virtual = Thread.ofVirtual().start(() -> call("bad_load", 8));
    virtual.join();
  }
}
