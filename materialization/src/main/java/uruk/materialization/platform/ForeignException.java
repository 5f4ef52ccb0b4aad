package uruk.materialization.platform;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An exception of another language escaped from linked code; all its frames have been unwound. */
public final class ForeignException extends NativeException {
  private static final long serialVersionUID = 1;

  private final String type;
  private final @Nullable String what;

  ForeignException(String type, @Nullable String what, List<NativeFrame> nativeStack) {
    super(what == null ? type : type + ": " + what, nativeStack);
    this.type = type;
    this.what = what;
  }

  @Override
  public int status() {
    return STATUS_OF_SIGNAL + GuardRuntime.Signal.SIGABRT.number;
  }

  /**
   * {@return the type's name, for example {@code std::runtime_error}; for other languages than C++
   * the unwinder's name of the language}
   */
  public String type() {
    return type;
  }

  /** {@return what {@code what()} returned; null if the type is not a {@code std::exception}} */
  public @Nullable String what() {
    return what;
  }
}
