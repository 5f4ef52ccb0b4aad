package uruk.jitlink.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is mapped in this process, as the kernel tells it: proc_pid_maps(5). Thread-safe. */
public final class ProcessMappings {
  private static final Path FILE = Path.of("/proc/self/maps");

  private ProcessMappings() {}

  /**
   * {@return a line for each mapping, by address} Names of files are any bytes; each is told as the
   * character of that number.
   *
   * @throws IOException if the kernel does not tell
   */
  public static String text() throws IOException {
    return Files.readString(FILE, StandardCharsets.ISO_8859_1);
  }
}
