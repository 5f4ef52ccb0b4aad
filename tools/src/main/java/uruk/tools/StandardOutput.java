package uruk.tools;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * The process's standard output, which remembers why it could not be written: a {@link PrintStream}
 * goes on as if nothing had happened. Not thread-safe by itself; its print stream is.
 */
final class StandardOutput extends FileOutputStream {

  private static final int BUFFER_SIZE = 8192;

  /** The C library's text of EPIPE in the locale "C". */
  private static final String BROKEN_PIPE = "Broken pipe";

  private static final int STATUS_OF_BROKEN_PIPE = 128 + 13; // SIGPIPE, as shells report it

  private @Nullable IOException failure;

  private StandardOutput() {
    super(FileDescriptor.out);
  }

  /** Makes one and has {@link System#out} write to it. */
  static StandardOutput install() {
    StandardOutput output = new StandardOutput();
    System.setOut(
        new PrintStream(
            new BufferedOutputStream(output, BUFFER_SIZE), false, System.out.charset()));
    return output;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      super.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * {@return the process's exit status}
   *
   * <p>Who closes a pipe has seen enough, and needs no message.
   *
   * @param status what the command ended with
   */
  int status(int status) {
    if (failure == null) {
      return status;
    }
    if (BROKEN_PIPE.equals(failure.getMessage())) {
      return STATUS_OF_BROKEN_PIPE;
    }
    System.err.println("uruk: standard output cannot be written: " + failure.getMessage());
    return status == ExitStatus.SUCCESS ? ExitStatus.FAILURE : status;
  }
}
