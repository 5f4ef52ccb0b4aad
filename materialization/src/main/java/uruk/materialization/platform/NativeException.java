package uruk.materialization.platform;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Linked code ended a guarded call in another way than by returning. The session goes on; what the
 * code had locked stays locked, since its frames were left without running their cleanups (after a
 * {@link ForeignException} they have run).
 */
public abstract sealed class NativeException extends RuntimeException
    permits ForeignException, NativeCrashException, NativeExitException, UnboundSymbolException {
  private static final long serialVersionUID = 1;

  /** What shells add to a signal's number. */
  static final int STATUS_OF_SIGNAL = 128;

  private final transient List<NativeFrame> nativeStack;

  NativeException(String message, List<NativeFrame> nativeStack) {
    super(message);
    this.nativeStack = List.copyOf(nativeStack);
  }

  /** {@return the native frames down to the guarded call, innermost first; may be empty} */
  public List<NativeFrame> nativeStack() {
    return nativeStack;
  }

  /**
   * {@return the status with which a shell would report a process that ends so: what the code gave
   * to {@code exit}, or 128 plus the number of the signal; an exception that nobody catches ends a
   * process by {@code abort}, and the dynamic linker ends one that calls what does not exist with
   * 127}
   */
  public abstract int status();

  /**
   * {@return the innermost frame of linked code; if there is none, the innermost; null if unknown}
   */
  public @Nullable NativeFrame place() {
    for (NativeFrame frame : nativeStack) {
      if (frame.linked()) {
        return frame;
      }
    }
    return nativeStack.isEmpty() ? null : nativeStack.getFirst();
  }
}
