package uruk.materialization.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.Compiler;
import uruk.materialization.LinkedObject;
import uruk.materialization.Replacement;
import uruk.orc.ResourceTracker;

/** Unwinding through linked code, in a process of its own. Prints what it found. */
public final class UnwindScenario {
  private static final String THROWS =
      """
      #include <stdexcept>
      #include <string>
      struct counted { long &n; counted(long &m) : n(m) { n++; } ~counted() { n--; } };
      static int __attribute__((noinline)) deep(int n, long &alive) {
        counted c(alive);
        if (n == 0) throw std::runtime_error("deep");
        return deep(n - 1, alive) + 1;
      }
      extern "C" long throw_often(long times) {
        long alive = 0, caught = 0;
        for (long i = 0; i < times; i++) {
          try { deep(i & 15, alive); } catch (const std::exception &e) { caught += e.what()[0] == 'd'; }
        }
        return alive == 0 ? caught : -alive;
      }
      """;
  private static final String OTHER =
      """
      struct guard_VERSION { int *p; ~guard_VERSION() { ++*p; } };
      extern "C" int other_VERSION(int n) {
        int passed = 0;
        try { guard_VERSION g{&passed}; if (n) throw n; } catch (int value) { return value + passed; }
        return 0;
      }
      """;
  private static final String WALK =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <execinfo.h>
      #include <link.h>
      #include <string.h>
      static int modules(struct dl_phdr_info *info, size_t size, void *data) {
        for (int i = 0; i < info->dlpi_phnum; i++) {
          const ElfW(Phdr) *p = &info->dlpi_phdr[i];
          unsigned long at = (unsigned long) *(void **) data - info->dlpi_addr;
          if (p->p_type == PT_LOAD && at - p->p_vaddr < p->p_memsz) return strstr(info->dlpi_name, "/fd/") ? 1 : 2;
        }
        return 0;
      }
      static int __attribute__((noinline)) inner(void **frames) { return backtrace(frames, 16); }
      int __attribute__((noinline)) outer(void **frames) { int n = inner(frames); __asm__(""); return n; }
      long walk(long kind) {
        void *frames[16];
        int n = outer(frames);
        Dl_info info;
        switch (kind) {
          case 0: return n;
          case 1: return dladdr(frames[1], &info) != 0 && info.dli_fbase != 0;
          default: return dl_iterate_phdr(modules, &frames[1]);
        }
      }
      """;

  private static final String SURVIVES =
      """
      extern "C" int survives_VERSION(void (*call)()) {
        try { call(); throw 41; } catch (int value) { return value + VERSION; }
      }
      """;

  private UnwindScenario() {}

  /**
   * Stresses the unwinder for as many rounds as the argument says, and walks the stack; or removes
   * and replaces what frames and later exceptions need.
   */
  public static void main(String[] arguments) throws Throwable {
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    try (Jit jit = Jit.create()) {
      if (arguments[0].equals("removal")) {
        removeFirst(jit);
        replaceRunning(jit);
        return;
      }
      jit.add(Compiler.cpp("throws", THROWS));
      jit.add(Compiler.c("walk", WALK, "-fno-optimize-sibling-calls"));
      long walk = jit.session().lookup(jit.main(), "walk").address();
      System.out.println("backtrace " + (jit.guard().call(walk, 0) >= 3));
      System.out.println("dladdr " + jit.guard().call(walk, 1));
      System.out.println("dl_iterate_phdr " + jit.guard().call(walk, 2));
      stress(jit, Integer.parseInt(arguments[0]));
    }
  }

  /** All objects refer to the personality routine; the first one of them goes. */
  private static void removeFirst(Jit jit) {
    ResourceTracker first = jit.main().createResourceTracker();
    jit.objects().add(first, Compiler.cpp("first", OTHER.replace("VERSION", "1")));
    jit.add(Compiler.cpp("second", OTHER.replace("VERSION", "2")));
    for (int i = 1; i <= 2; i++) {
      long function = jit.session().lookup(jit.main(), "other_" + i).address();
      System.out.println("caught " + jit.guard().call(function, 41));
    }
    long second = jit.session().lookup(jit.main(), "other_2").address();
    first.remove();
    System.out.println("after removal " + jit.guard().call(second, 41));
  }

  /** A frame of the old version throws and catches after it has been replaced. */
  private static void replaceRunning(Jit jit) throws Throwable {
    LinkedObject version = jit.add(Compiler.cpp("running", SURVIVES.replace("VERSION", "1")));
    String next = SURVIVES.replace("survives_VERSION", "survives_1").replace("VERSION", "2");
    ObjectFile newer = Compiler.cpp("running", next);
    MethodHandle replace =
        MethodHandles.lookup()
            .findVirtual(
                LinkedObject.class,
                "replace",
                MethodType.methodType(Replacement.class, ObjectFile.class))
            .bindTo(version)
            .bindTo(newer)
            .asType(MethodType.methodType(void.class));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment call = jit.callback(replace, FunctionDescriptor.ofVoid(), arena);
      long function = jit.session().lookup(jit.main(), "survives_1").address();
      System.out.println("in the old frame " + jit.guard().call(function, call.address()));
    }
    MethodHandle nothing = MethodHandles.zero(void.class);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment call = jit.callback(nothing, FunctionDescriptor.ofVoid(), arena);
      long function = jit.session().lookup(jit.main(), "survives_1").address();
      System.out.println("in the new one " + jit.guard().call(function, call.address()));
    }
  }

  private static void stress(Jit jit, int rounds) throws InterruptedException {
    long function = jit.session().lookup(jit.main(), "throw_often").address();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong caught = new AtomicLong();
    List<Thread> throwers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      throwers.add(
          Thread.ofPlatform()
              .start(() -> {
                while (!stop.get()) {
                  long times = jit.guard().call(function, 500);
                  if (times != 500) {
                    System.out.println("lost " + times);
                  }
                  caught.addAndGet(times);
                }
              }));
    }
    ObjectFile[] others = new ObjectFile[20];
    for (int i = 0; i < others.length; i++) {
      others[i] = Compiler.cpp("other", OTHER.replace("VERSION", Integer.toString(i)));
    }
    int wrong = 0;
    try {
      wrong = addAndRemove(jit, others, rounds);
    } finally {
      stop.set(true);
      for (Thread thrower : throwers) {
        thrower.join();
      }
    }
    System.out.println("wrong " + wrong);
    System.out.println("caught " + (caught.get() > 0));
  }

  /** In changing order, so that spans of the unwind table are split, joined and used again. */
  private static int addAndRemove(Jit jit, ObjectFile[] others, int rounds) {
    ResourceTracker[] linked = new ResourceTracker[others.length];
    Random random = new Random(1);
    int wrong = 0;
    for (int round = 0; round < rounds; round++) {
      int i = random.nextInt(others.length);
      if (linked[i] != null) {
        linked[i].remove();
        linked[i] = null;
        continue;
      }
      linked[i] = jit.main().createResourceTracker();
      jit.objects().add(linked[i], others[i]);
      long other = jit.session().lookup(jit.main(), "other_" + i).address();
      wrong += jit.guard().call(other, 41) == 42 ? 0 : 1;
    }
    return wrong;
  }
}
