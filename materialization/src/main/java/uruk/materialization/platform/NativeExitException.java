package uruk.materialization.platform;

import java.util.List;

/** Linked code called {@code exit}, {@code _exit} or {@code quick_exit}. */
public final class NativeExitException extends NativeException {
  private static final long serialVersionUID = 1;

  /** Which function was called: they differ in what is to run before the process ends. */
  public enum Kind {
    /** {@code exit}: functions of atexit and finalizers run, streams are flushed. */
    EXIT,
    /** {@code _exit} and {@code _Exit}: nothing runs. */
    EXIT_AT_ONCE,
    /** {@code quick_exit}: functions of at_quick_exit run. */
    QUICK_EXIT
  }

  private final int status;
  private final Kind kind;

  NativeExitException(int status, Kind kind) {
    super("linked code asked the process to exit with status " + status, List.of());
    this.status = status;
    this.kind = kind;
  }

  /** {@return the argument of the function} */
  @Override
  public int status() {
    return status;
  }

  /** {@return which function was called} */
  public Kind kind() {
    return kind;
  }
}
