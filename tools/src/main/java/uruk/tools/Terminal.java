package uruk.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process's standard streams, and whether they end at a terminal. */
public enum Terminal {
  /** Standard input. */
  INPUT(0),
  /** Standard output. */
  OUTPUT(1),
  /** Standard error. */
  ERROR(2);

  private final int descriptor;

  Terminal(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * {@return whether somebody may be watching} Told from the name of what is open, proc(5), pty(7):
   * a call of isatty(3) would cost several milliseconds of the start.
   */
  public boolean isTerminal() {
    try {
      Path open = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return open.startsWith("/dev/pts")
          || open.toString().startsWith("/dev/tty")
          || open.endsWith("console");
    } catch (IOException _) {
      return false;
    }
  }
}
