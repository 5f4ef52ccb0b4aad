package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import uruk.jitlink.host.NativeCall;

/**
 * Calls linked code so that it cannot take the process down by accident: exceptions of C++ that
 * escape, bad memory accesses, divisions by zero, runaway recursion, {@code abort} and {@code exit}
 * end the call and arrive as {@link NativeException}s.
 *
 * <p>What cannot be saved: locks that interrupted code held, in the C library too, stay held; what
 * it had allocated stays allocated; memory that it overwrote stays overwritten. Faults in threads
 * that linked code created itself are not caught. A fault below a call-back into Java ends the
 * innermost guarded call. Code that needs isolation belongs into a process of its own.
 *
 * <p>The first guard of a process installs signal handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL and
 * SIGABRT, which pass everything else on to those that were there. A thread's first guarded call
 * gives the thread a stack for them. Thread-safe.
 */
public final class Guard {
  private static final VarHandle COUNT = JAVA_LONG.varHandle();
  private static final MethodHandle CHECK;

  static {
    try {
      CHECK =
          MethodHandles.lookup()
              .findVirtual(Guard.class, "check", MethodType.methodType(void.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("our own method is missing", impossible);
    }
  }

  private final GuardRuntime runtime = GuardRuntime.get();
  private final MemorySegment pending = runtime.pending();
  private final long call = runtime.address("call");
  private final long take = runtime.address("take");
  private final Symbolizer symbolizer;

  /**
   * Makes a guard.
   *
   * @param symbolizer names the places of crashes
   * @throws IllegalStateException if this is not a HotSpot JVM on amd64
   */
  public Guard(Symbolizer symbolizer) {
    this.symbolizer = symbolizer;
  }

  /**
   * {@return the functions that linked code must call instead of the process's, so that they end
   * the guarded call and not the process: {@code exit} and its like, by name}
   */
  public Map<String, Long> replacements() {
    return runtime.replacements();
  }

  /**
   * Calls a function with up to five integer or pointer arguments; surplus ones are ignored.
   *
   * @return the 64-bit result register
   * @throws NativeException if the call ends otherwise than by returning
   */
  public long call(long function, long a, long b, long c, long d, long e) {
    long result = NativeCall.call(call, function, a, b, c, d, e);
    check();
    return result;
  }

  /** Calls {@code function(a)}; see {@link #call(long, long, long, long, long, long)}. */
  public long call(long function, long a) {
    return call(function, a, 0, 0, 0, 0);
  }

  /**
   * {@return a handle that calls a function of any signature under the guard}
   *
   * @param function the address
   * @param descriptor the C types of result and arguments
   * @param options without {@code critical}, which is for functions too short for a guard
   */
  public MethodHandle downcall(
      long function, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment guarded = MemorySegment.ofAddress(GuardThunks.thunk(function));
    MethodHandle raw = Linker.nativeLinker().downcallHandle(guarded, descriptor, options);
    return MethodHandles.filterReturnValue(
        raw, afterCall(CHECK.bindTo(this), raw.type().returnType()));
  }

  /** {@return whether {@link #downcall} can be used: not for {@code critical} functions} */
  public static boolean canGuard(Linker.Option... options) {
    List<Linker.Option> all = Arrays.asList(options);
    return !all.contains(Linker.Option.critical(true))
        && !all.contains(Linker.Option.critical(false));
  }

  private static MethodHandle afterCall(MethodHandle check, Class<?> result) {
    return result == void.class
        ? check
        : MethodHandles.foldArguments(MethodHandles.identity(result), check);
  }

  /** Nearly always nothing is pending in the whole process, and one load tells. */
  private void check() {
    if ((long) COUNT.getOpaque(pending, 0L) != 0) {
      throwPending();
    }
  }

  /** What is pending may be another thread's. */
  private void throwPending() {
    long address = NativeCall.call(take);
    if (address == 0) {
      COUNT.getAndAdd(pending, 0L, -1L);
      throw new OutOfMemoryError("no memory for a thread's first guarded call");
    }
    MemorySegment area =
        MemorySegment.ofAddress(address).reinterpret(runtime.number("HEADER_SIZE"));
    long status = area.get(JAVA_LONG, runtime.number("STATUS"));
    if (status == 0) {
      return;
    }
    area.set(JAVA_LONG, runtime.number("STATUS"), 0);
    COUNT.getAndAdd(pending, 0L, -1L);
    long value = area.get(JAVA_LONG, runtime.number("VALUE"));
    long code = area.get(JAVA_LONG, runtime.number("CODE"));
    if (status == runtime.number("SIGNAL")) {
      throw new NativeCrashException(
          GuardRuntime.Signal.nameOf(value),
          area.get(JAVA_LONG, runtime.number("FAULT_ADDRESS")),
          faultFrames(area));
    } else if (status == runtime.number("FOREIGN")) {
      throw foreign(value, code, frames(area, 0));
    } else if (status == runtime.number("EXIT")) {
      throw new NativeExitException((int) value, exitKind((int) code));
    } else if (status == runtime.number("TOO_DEEP")) {
      throw new StackOverflowError("too many guarded calls within each other");
    }
  }

  /** As the code at {@code exit} and its siblings numbers them. */
  private static NativeExitException.Kind exitKind(int code) {
    return switch (code) {
      case 0 -> NativeExitException.Kind.EXIT;
      case 1 -> NativeExitException.Kind.EXIT_AT_ONCE;
      case 2 -> NativeExitException.Kind.QUICK_EXIT;
      default -> throw new AssertionError("exit function " + code);
    };
  }

  private ForeignException foreign(long exception, long languageClass, List<NativeFrame> stack) {
    return new UnwindException(exception, languageClass).describe(this, stack);
  }

  /** The backtrace begins in the signal handler; where the fault was, the system says. */
  private List<NativeFrame> faultFrames(MemorySegment area) {
    long fault = area.get(JAVA_LONG, runtime.number("FAULT_RIP"));
    long depth = area.get(JAVA_LONG, runtime.number("DEPTH"));
    for (int i = 0; i < depth; i++) {
      if (backtrace(area, i) == fault) {
        List<NativeFrame> frames = new ArrayList<>();
        frames.add(symbolizer.frame(fault, false));
        frames.addAll(frames(area, i + 1));
        return frames;
      }
    }
    // A call to nowhere: nobody can unwind from there, but the return address is on the stack.
    long caller = area.get(JAVA_LONG, runtime.number("STACK_WORD"));
    return caller == 0
        ? List.of(symbolizer.frame(fault, false))
        : List.of(symbolizer.frame(fault, false), symbolizer.frame(caller, true));
  }

  private List<NativeFrame> frames(MemorySegment area, int first) {
    List<NativeFrame> frames = new ArrayList<>();
    long depth = area.get(JAVA_LONG, runtime.number("DEPTH"));
    for (int i = first; i < depth; i++) {
      long address = backtrace(area, i);
      if (!runtime.owns(address)) {
        frames.add(symbolizer.frame(address, true));
      }
    }
    return frames;
  }

  private long backtrace(MemorySegment area, int index) {
    return area.get(JAVA_LONG, runtime.number("BACKTRACE") + 8L * index);
  }
}
