package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;

/**
 * Exceptions that Java threw in call-backs of one thread and that are on their way through linked
 * code. The unwinder knows each by a {@code struct _Unwind_Exception} (Itanium C++ ABI: Exception
 * Handling, section 1.2) of a language of our own; behind it a word says whether linked code has
 * handled it. Not thread-safe: each thread has its own.
 */
final class RaisedExceptions {
  /** The {@code exception_class}: vendor and language, {@code URUKJAVA}. */
  static final long LANGUAGE = 0x5552_554b_4a41_5641L;

  private static final int CLEANUP = 8;
  private static final int STATE = 32; // GuardCode's EXCEPTION_STATE
  private static final int SIZE = 48;

  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final long MALLOC = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "malloc");
  private static final long FREE = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "free");
  private static final ThreadLocal<RaisedExceptions> OF_THREAD =
      ThreadLocal.withInitial(RaisedExceptions::new);
  private static final MethodHandle ACCEPT;

  static {
    try {
      ACCEPT =
          MethodHandles.lookup()
              .findVirtual(
                  Consumer.class, "accept", MethodType.methodType(void.class, Object.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("the JDK has no Consumer.accept", impossible);
    }
  }

  private record Raised(long address, Throwable thrown) {}

  private final Deque<Raised> raised = new ArrayDeque<>();

  private RaisedExceptions() {}

  /** {@return the calling thread's} */
  static RaisedExceptions ofThread() {
    return OF_THREAD.get();
  }

  /**
   * {@return a handle that never throws: what the target throws goes to a consumer, and the result
   * is zero}
   *
   * @param result the target's C type; empty for void
   */
  static MethodHandle catching(
      MethodHandle target, Optional<MemoryLayout> result, Consumer<Throwable> thrown) {
    MethodHandle accept =
        ACCEPT.bindTo(thrown).asType(MethodType.methodType(void.class, Throwable.class));
    MethodHandle handler =
        result.isEmpty()
            ? accept
            : MethodHandles.filterReturnValue(accept, zero(target.type(), result.get()));
    return MethodHandles.catchException(target, Throwable.class, handler);
  }

  private static MethodHandle zero(MethodType type, MemoryLayout layout) {
    return switch (layout) {
      case GroupLayout struct ->
          MethodHandles.constant(MemorySegment.class, Arena.ofAuto().allocate(struct));
      case AddressLayout _ -> MethodHandles.constant(MemorySegment.class, MemorySegment.NULL);
      default -> MethodHandles.zero(type.returnType());
    };
  }

  /**
   * Adds an exception.
   *
   * @param forget the code that linked code calls when it has handled the exception
   * @return its {@code _Unwind_Exception}, ready to be raised
   */
  long add(Throwable thrown, long forget) {
    freeHandled();
    long address = NativeCall.call(MALLOC, SIZE);
    if (address == 0) {
      throw new OutOfMemoryError("no native memory for an exception");
    }
    MEMORY.asSlice(address, SIZE).fill((byte) 0);
    MEMORY.set(JAVA_LONG, address, LANGUAGE);
    MEMORY.set(JAVA_LONG, address + CLEANUP, forget);
    raised.push(new Raised(address, thrown));
    return address;
  }

  private void freeHandled() {
    raised.removeIf(exception -> {
      boolean handled = MEMORY.get(JAVA_LONG, exception.address() + STATE) != 0;
      if (handled) {
        NativeCall.call(FREE, exception.address());
      }
      return handled;
    });
  }

  /** {@return the exception that was raised last and is still on its way; null if there is none} */
  @Nullable Throwable innermost() {
    freeHandled();
    return raised.isEmpty() ? null : raised.peek().thrown();
  }

  /**
   * Throws an exception of the calling thread that has arrived, as it is.
   *
   * @param address its {@code _Unwind_Exception}
   */
  static void rethrow(long address) {
    RaisedExceptions exceptions = ofThread();
    Iterator<Raised> all = exceptions.raised.iterator();
    while (all.hasNext()) {
      Raised exception = all.next();
      if (exception.address() == address) {
        all.remove();
        NativeCall.call(FREE, address);
        throwAsIs(exception.thrown());
      }
    }
    throw new AssertionError("an exception arrived that this thread did not raise");
  }

  /** Checked ones too: they come from the caller's own call-back. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  static <E extends Throwable> void throwAsIs(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
