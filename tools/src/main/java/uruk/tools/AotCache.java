package uruk.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The JDK's cache of loaded and linked classes (AOT cache, JEP 483), which the build prepares and
 * the launcher offers. The JDK silently goes on without a cache that does not fit its version,
 * options or class path.
 */
public enum AotCache {
  /** It halves the time of the start. */
  USED,
  /** There is one, and the JDK did not take it. */
  REJECTED,
  /** The launcher had none to offer. */
  ABSENT;

  /** The launcher's property: the repository's folder. */
  private static final String HOME = "uruk.home";

  private static final String FILE = ".uruk/uruk.aot";

  /** {@return where the cache is, or would be; nothing without the launcher} */
  public static Optional<Path> file() {
    return Optional.ofNullable(System.getProperty(HOME)).map(home -> Path.of(home, FILE));
  }

  /** {@return what became of the cache in this process} A cache in use is mapped into memory. */
  public static AotCache state() {
    Optional<Path> file = file();
    if (file.isEmpty() || !Files.exists(file.get())) {
      return ABSENT;
    }
    try {
      byte[] maps = Files.readAllBytes(Path.of("/proc/self/maps"));
      return new String(maps, StandardCharsets.ISO_8859_1).contains(FILE) ? USED : REJECTED;
    } catch (IOException _) {
      return ABSENT;
    }
  }

  /** {@return what to say of a rejected cache, and how to mend it} */
  public static String complaint() {
    return "the JDK rejected the cache that the build made (.uruk/uruk.aot), so starts take twice as"
        + " long. URUK_JAVA_OPTIONS=-Xlog:aot says why; remove .uruk and start uruk again for a new one.";
  }
}
