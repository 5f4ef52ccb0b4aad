package uruk.jitlink.archive;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.LinkException;

/** An input file that cannot be opened or read: missing, forbidden, a directory, a device. */
public final class UnreadableFileException extends LinkException {

  private static final long serialVersionUID = 1L;

  private final String file;

  /**
   * Builds the text {@code file: what. How to mend.}
   *
   * @param file the file
   * @param what what is wrong, without a full stop
   * @param mend what the user can do, as a sentence
   * @param cause the failure of the file system, if there was one
   */
  public UnreadableFileException(Path file, String what, String mend, @Nullable Throwable cause) {
    super("%s: %s. %s".formatted(file, what, mend));
    this.file = file.toString();
    if (cause != null) {
      initCause(cause);
    }
  }

  /** {@return what to throw when the file system refuses a file} */
  public static UnreadableFileException of(Path file, IOException failure) {
    return new UnreadableFileException(
        file,
        "cannot be read: " + FileFailure.reason(failure),
        "Check the file's permissions and its disk.",
        failure);
  }

  /** {@return the file} */
  public Path file() {
    return Path.of(file);
  }
}
