package uruk.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

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

  /** The launcher's property: the file that it offers to the JDK, if the build made one. */
  private static final String FILE = "uruk.aot-cache";

  /** {@return what became of the cache in this process} A cache in use is mapped into memory. */
  public static AotCache state() {
    String file = System.getProperty(FILE);
    if (file == null) {
      return ABSENT;
    }
    try {
      byte[] maps = Files.readAllBytes(Path.of("/proc/self/maps"));
      return new String(maps, StandardCharsets.ISO_8859_1).contains(nameIn(file)) ? USED : REJECTED;
    } catch (IOException _) {
      return ABSENT;
    }
  }

  /** The kernel tells a file's path without symbolic links. */
  private static String nameIn(String file) {
    return file.substring(file.lastIndexOf('/'));
  }

  /** {@return what to say of a rejected cache, and how to mend it} */
  public static String complaint() {
    return "the JDK rejected the cache that the build made (%s), so starts take twice as long. URUK_JAVA_OPTIONS=-Xlog:aot says why; remove .uruk and start uruk again for a new one."
        .formatted(System.getProperty(FILE));
  }
}
