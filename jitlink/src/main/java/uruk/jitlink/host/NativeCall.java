package uruk.jitlink.host;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls any address with up to six integer or pointer arguments: by the FFM API, or by a native
 * method in processes that have the {@link NativeMethodLibrary}.
 *
 * <p>One shape serves every C function that the linker itself needs: each further {@link
 * FunctionDescriptor} costs a fresh JVM some ten milliseconds, and integer arguments of all widths
 * travel in the same registers (System V psABI section 3.2.3, AAPCS64 section 6.8.2). The callee
 * ignores surplus arguments.
 *
 * <p>Thread-safe. The value of {@code errno} after a call is kept per thread.
 */
public final class NativeCall {
  /** What {@link Linker.Option#captureStateLayout} asks for on Linux: errno, an integer. */
  private static final long STATE_SIZE = Integer.BYTES;

  private static final ThreadLocal<MemorySegment> CALL_STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE_SIZE, STATE_SIZE));

  /** For calls after which nobody asks for {@code errno}. */
  static final MemorySegment IGNORED_STATE = Arena.global().allocate(STATE_SIZE, STATE_SIZE);

  private NativeCall() {}

  /** Made with the first call by it, if there is one. */
  private static final class Handle {
    static final MethodHandle CALL = downcall();

    private static MethodHandle downcall() {
      try {
        return Linker.nativeLinker()
            .downcallHandle(
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.captureCallState("errno"));
      } catch (IllegalCallerException denied) {
        String caller = callerName();
        throw new IllegalCallerException(
            "Native access is denied to "
                + caller
                + ". Start java with --enable-native-access="
                + caller
                + ".",
            denied);
      }
    }

    private static String callerName() {
      Module module = NativeCall.class.getModule();
      return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }
  }

  /** Calls {@code function()}; see {@link #call(long, long, long, long, long, long, long)}. */
  public static long call(long function) {
    return call(function, 0, 0, 0, 0, 0, 0);
  }

  /** Calls {@code function(a)}; see {@link #call(long, long, long, long, long, long, long)}. */
  public static long call(long function, long a) {
    return call(function, a, 0, 0, 0, 0, 0);
  }

  /** Calls {@code function(a, b)}; see {@link #call(long, long, long, long, long, long, long)}. */
  public static long call(long function, long a, long b) {
    return call(function, a, b, 0, 0, 0, 0);
  }

  /**
   * Calls {@code function(a, b, c)}; see {@link #call(long, long, long, long, long, long, long)}.
   */
  public static long call(long function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0, 0);
  }

  /**
   * Calls the function at an address.
   *
   * @param function the address; must be callable with the platform's C calling convention
   * @return the 64-bit result register; a callee that returns less leaves its upper bits undefined
   */
  public static long call(long function, long a, long b, long c, long d, long e, long f) {
    return call(function, CALL_STATE.get(), a, b, c, d, e, f);
  }

  /**
   * Calls {@code function()} and leaves {@link #errno} as it was. Runs no Java code that could
   * block: a virtual thread stays on its carrier.
   */
  public static long callWithoutErrno(long function) {
    return call(function, IGNORED_STATE, 0, 0, 0, 0, 0, 0);
  }

  private static long call(
      long function, MemorySegment state, long a, long b, long c, long d, long e, long f) {
    if (NativeMethod.IS_LOADED) {
      return NativeMethod.call(function, state.address(), a, b, c, d, e, f);
    }
    try {
      return (long)
          Handle.CALL.invokeExact(MemorySegment.ofAddress(function), state, a, b, c, d, e, f);
    } catch (RuntimeException | Error unexpected) {
      throw unexpected;
    } catch (Throwable impossible) {
      throw new AssertionError("a downcall handle declares no checked exception", impossible);
    }
  }

  /** {@return errno(3) as the last {@code call} on this thread left it} */
  public static int errno() {
    return CALL_STATE.get().get(JAVA_INT, 0);
  }
}
