package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import uruk.jitlink.host.NativeCall;
import uruk.orc.ErrorReporter;

/**
 * Calls linked code so that it cannot take the process down by accident: exceptions of C++ that
 * escape, bad memory accesses, divisions by zero, runaway recursion, {@code abort} and {@code exit}
 * end the call and arrive as {@link NativeException}s.
 *
 * <p>What cannot be saved: locks that interrupted code held, in the C library too, stay held; what
 * it had allocated stays allocated; memory that it overwrote stays overwritten. A fault below a
 * call-back into Java ({@link #upcall}) ends the innermost guarded call; one on a thread that
 * linked code has created is reported and ends the process. Code that needs isolation belongs into
 * a process of its own.
 *
 * <p>The first guarded call of a process, or the first link that needs the address of a function
 * that {@link #replacements} has, installs signal handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL and
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

  /** What all guards of the process share, installed when the first of them needs it. */
  private static final class Installed {
    private static final GuardRuntime RUNTIME = GuardRuntime.get();
    private static final MemorySegment PENDING = RUNTIME.pending();
    private static final long CALL = RUNTIME.address("call");
  }

  private final Symbolizer symbolizer;

  /**
   * Makes a guard.
   *
   * @param symbolizer names the places of crashes
   */
  public Guard(Symbolizer symbolizer) {
    this.symbolizer = symbolizer;
  }

  /**
   * Installs what all guards of the process share, as the first guarded call does otherwise: for
   * programs that have other things to do before they need it.
   *
   * @throws ExceptionInInitializerError if the system refuses, or if this is not a HotSpot JVM on
   *     amd64; the cause says which
   */
  public static void install() {
    var _ = Installed.RUNTIME;
  }

  /**
   * Takes the guard's signals back from a program that has ended: one that has set handlers of its
   * own (OCaml's runtime does) would get the faults by which the JVM stops its threads, and end the
   * process.
   */
  public void takeSignalsBack() {
    Installed.RUNTIME.takeSignals();
  }

  /**
   * {@return the functions that linked code must call instead of the process's, so that they end
   * the guarded call and not the process: {@code exit} and its like, by name}
   */
  public Map<String, Long> replacements() {
    return Installed.RUNTIME.replacements();
  }

  /**
   * {@return the same for one function of the process's libraries, where linked code gets it from
   * the process; 0 if it stays}
   */
  long libraryReplacement(String name) {
    return GuardRuntime.mayReplaceInLibrary(name) ? Installed.RUNTIME.libraryReplacement(name) : 0;
  }

  /**
   * Calls a function with up to five integer or pointer arguments; surplus ones are ignored.
   *
   * @return the 64-bit result register
   * @throws NativeException if the call ends otherwise than by returning
   */
  public long call(long function, long a, long b, long c, long d, long e) {
    long result = NativeCall.call(Installed.CALL, function, a, b, c, d, e);
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
    if ((long) COUNT.getOpaque(Installed.PENDING, 0L) != 0) {
      throwPending();
    }
  }

  /** What is pending may be another thread's. */
  private void throwPending() {
    long address = Installed.RUNTIME.area();
    if (address == 0) {
      COUNT.getAndAdd(Installed.PENDING, 0L, -1L);
      throw new OutOfMemoryError("no memory for a thread's first guarded call");
    }
    GuardArea ended = GuardArea.take(Installed.RUNTIME, address);
    if (ended.status() == 0) {
      return;
    }
    COUNT.getAndAdd(Installed.PENDING, 0L, -1L);
    if (ended.status() == Installed.RUNTIME.number("SIGNAL")) {
      throw crash(ended);
    } else if (ended.status() == Installed.RUNTIME.number("FOREIGN")) {
      throwForeign(ended);
    } else if (ended.status() == Installed.RUNTIME.number("EXIT")) {
      throw ended.exit();
    } else if (ended.status() == Installed.RUNTIME.number("UNBOUND")) {
      throw ended.unbound(symbolizer);
    } else if (ended.status() == Installed.RUNTIME.number("TOO_DEEP")) {
      throw new StackOverflowError("too many guarded calls within each other");
    }
  }

  private NativeCrashException crash(GuardArea ended) {
    NativeCrashException crash = ended.crash(symbolizer);
    Throwable onItsWay = RaisedExceptions.ofThread().innermost();
    if (onItsWay != null) {
      crash.initCause(onItsWay);
    }
    return crash;
  }

  private void throwForeign(GuardArea ended) {
    if (ended.code() == RaisedExceptions.LANGUAGE) {
      RaisedExceptions.rethrow(ended.value());
    }
    throw new UnwindException(ended.value(), ended.code()).describe(this, ended.frames(symbolizer));
  }

  /**
   * Makes a function pointer by which linked code calls Java.
   *
   * <p>While Java runs, the guard is suspended: a fault there is the JVM's business as anywhere
   * else, and guarded calls begin a guard of their own. What Java throws goes through the frames of
   * C++ on its way, which are cleaned up and may handle it by {@code catch (...)}, and is thrown
   * again as it is by the guarded call that entered linked code. If there is none, because linked
   * code has created the thread or was entered without a guard, it is reported and the process ends
   * through Java's shutdown with status 1.
   *
   * @param target its type must be that of the descriptor, as for {@link Linker#upcallStub}
   * @param descriptor the C types of result and arguments
   * @param uncaught hears of exceptions that nobody can catch
   * @param arena linked code must not call the pointer any more when it is closed
   */
  public MemorySegment upcall(
      MethodHandle target, FunctionDescriptor descriptor, ErrorReporter uncaught, Arena arena) {
    MethodHandle caught =
        RaisedExceptions.catching(
            target, descriptor.returnLayout(), thrown -> raise(thrown, uncaught));
    MemorySegment stub = Linker.nativeLinker().upcallStub(caught, descriptor, arena);
    return MemorySegment.ofAddress(GuardThunks.callback(stub.address()));
  }

  private void raise(Throwable thrown, ErrorReporter uncaught) {
    long area = Installed.RUNTIME.area();
    if (area == 0 || !GuardArea.calledUnderGuard(Installed.RUNTIME, area)) {
      LinkedThreads.endProcess(thrown, uncaught);
    }
    long exception = RaisedExceptions.ofThread().add(thrown, Installed.RUNTIME.address("forget"));
    GuardArea.raise(Installed.RUNTIME, area, exception);
  }

  Symbolizer symbolizer() {
    return symbolizer;
  }
}
