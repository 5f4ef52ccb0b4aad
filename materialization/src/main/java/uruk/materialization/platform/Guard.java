package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
  private static final ThreadLocal<MemorySegment> CALL_STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));
  private static final MethodHandle STATE;
  private static final MethodHandle CHECK;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findStatic(Guard.class, "state", MethodType.methodType(MemorySegment.class));
      CHECK = lookup.findVirtual(Guard.class, "check", MethodType.methodType(void.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("our own method is missing", impossible);
    }
  }

  private final GuardRuntime runtime = GuardRuntime.get();
  private final int magic = runtime.number("MAGIC");
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
    if (NativeCall.errno() == magic) {
      throwPending();
    }
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
   * @param options without {@code captureCallState} and {@code critical}: the guard needs the one
   *     and cannot help with the other
   */
  public MethodHandle downcall(
      long function, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment guarded = MemorySegment.ofAddress(GuardThunks.thunk(function));
    List<Linker.Option> all = new ArrayList<>(Arrays.asList(options));
    all.add(Linker.Option.captureCallState("errno"));
    MethodHandle raw =
        Linker.nativeLinker()
            .downcallHandle(guarded, descriptor, all.toArray(Linker.Option[]::new));
    int statePosition = raw.type().parameterCount() - descriptor.argumentLayouts().size() - 1;
    MethodHandle withState = MethodHandles.foldArguments(moveFirst(raw, statePosition), STATE);
    return MethodHandles.filterReturnValue(
        withState, afterCall(CHECK.bindTo(this), raw.type().returnType()));
  }

  /**
   * {@return whether {@link #downcall} can be used with these options} A {@code critical} call is
   * too short for a guard, and {@code captureCallState} needs the means that the guard works by.
   */
  public static boolean canGuard(FunctionDescriptor descriptor, Linker.Option... options) {
    if (options.length == 0) {
      return true;
    }
    if (Arrays.asList(options).contains(Linker.Option.critical(true))
        || Arrays.asList(options).contains(Linker.Option.critical(false))) {
      return false;
    }
    MethodType plain = Linker.nativeLinker().downcallHandle(descriptor).type();
    return Linker.nativeLinker().downcallHandle(descriptor, options).type().equals(plain);
  }

  /** The state follows an allocator for structures; folding wants it in front. */
  private static MethodHandle moveFirst(MethodHandle handle, int position) {
    if (position == 0) {
      return handle;
    }
    MethodType type = handle.type();
    Class<?> state = type.parameterType(position);
    MethodType moved =
        type.dropParameterTypes(position, position + 1).insertParameterTypes(0, state);
    int[] order = new int[type.parameterCount()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i < position ? i + 1 : i == position ? 0 : i;
    }
    return MethodHandles.permuteArguments(handle, moved, order);
  }

  private static MethodHandle afterCall(MethodHandle check, Class<?> result) {
    return result == void.class
        ? check
        : MethodHandles.foldArguments(MethodHandles.identity(result), check);
  }

  @SuppressWarnings("UnusedMethod") // called by handle
  private static MemorySegment state() {
    return CALL_STATE.get();
  }

  @SuppressWarnings("UnusedMethod") // called by handle
  private void check() {
    if (CALL_STATE.get().get(JAVA_INT, 0) == magic) {
      throwPending();
    }
  }

  /** Errno alone proves nothing: an earlier call or the code itself may have left the value. */
  private void throwPending() {
    long address = NativeCall.call(take);
    if (address == 0) {
      throw new OutOfMemoryError("no memory for a thread's first guarded call");
    }
    MemorySegment area =
        MemorySegment.ofAddress(address).reinterpret(runtime.number("HEADER_SIZE"));
    long status = area.get(JAVA_LONG, runtime.number("STATUS"));
    area.set(JAVA_LONG, runtime.number("STATUS"), 0);
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
