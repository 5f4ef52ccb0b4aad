package uruk.jitlink;

import org.jspecify.annotations.Nullable;

/** A memory manager could not give what was asked for. */
public final class MemoryAllocationException extends LinkException {
  private static final long serialVersionUID = 1;

  /** Says what could not be given and why. */
  public MemoryAllocationException(String message) {
    super(message);
  }

  /** Says what could not be given, because of what. */
  public MemoryAllocationException(String message, @Nullable Throwable cause) {
    super(message);
    if (cause != null) {
      initCause(cause);
    }
  }
}
