package uruk.tools.source;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import uruk.tools.CommandException;
import uruk.tools.FileFailure;
import uruk.tools.source.SourceCompiler.Compiled;

/**
 * Objects of earlier compilations, in the user's cache folder.
 *
 * <p>An entry is found by the source file's content, its path as given, the folder the compiler
 * runs in, the options and the compiler's identity. It is good as long as every file the compiler
 * read (the included headers, too) and the object itself have the size and time they had. Several
 * processes may use the cache at once: entries appear whole, by a rename.
 */
public final class ObjectCache {

  /** Before those of the inputs that are linked with the object. */
  private static final String LIBRARY_MARK = "library ";

  /** Before the object's own fingerprint, without which an entry does not count. */
  private static final String OBJECT_MARK = "object ";

  /** Before the name of an entry that is being written. */
  private static final String NEW_MARK = "new-";

  private static final Duration LIFETIME = Duration.ofDays(30);

  /** No compiler runs longer: what is older was left by a process that was killed. */
  private static final Duration LIFETIME_OF_NEW = Duration.ofDays(1);

  private final Path folder;

  /**
   * Creates a cache.
   *
   * @param folder where the entries are; made when the first one is written
   */
  public ObjectCache(Path folder) {
    this.folder = folder;
  }

  /** {@return the cache of the user: {@code $XDG_CACHE_HOME/uruk}, or {@code ~/.cache/uruk}} */
  public static ObjectCache ofUser() {
    return new ObjectCache(cacheFolder(System.getenv()).resolve("uruk").resolve("objects"));
  }

  /** XDG Base Directory Specification: a relative path counts as none. */
  static Path cacheFolder(Map<String, String> environment) {
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (caches.startsWith("/")) {
      return Path.of(caches);
    }
    String home = environment.getOrDefault("HOME", "");
    return Path.of(home.isEmpty() ? System.getProperty("user.home") : home, ".cache");
  }

  /** Names one compilation. */
  record Key(String hash) {}

  Key key(Path source, Path compiler, List<String> options) {
    Hasher hasher = Hashing.murmur3_128().newHasher();
    try {
      hasher.putBytes(Files.readAllBytes(source));
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be read: %s".formatted(source, FileFailure.reason(e)), e);
    }
    putWord(hasher, source.toString());
    putWord(hasher, System.getProperty("user.dir"));
    putWord(hasher, fingerprint(compiler).orElse(""));
    for (String option : options) {
      putWord(hasher, option);
    }
    return new Key(hasher.hash().toString());
  }

  private static void putWord(Hasher hasher, String word) {
    hasher.putInt(word.length()).putUnencodedChars(word);
  }

  Optional<Compiled> find(Key key) {
    Path object = objectFile(key);
    List<Path> libraries = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    try {
      List<String> lines = Files.readAllLines(inputsFile(key));
      if (lines.isEmpty() || !lines.getFirst().equals(objectLine(object).orElse(null))) {
        return Optional.empty(); // the entry is damaged
      }
      for (String line : lines.subList(1, lines.size())) {
        boolean isLibrary = line.startsWith(LIBRARY_MARK);
        String input = isLibrary ? line.substring(LIBRARY_MARK.length()) : line;
        Path path = Path.of(input.substring(input.indexOf('\t') + 1));
        if (!fingerprint(path).equals(Optional.of(input))) {
          return Optional.empty();
        }
        (isLibrary ? libraries : files).add(path);
      }
      return Optional.of(new Compiled(object, libraries, files));
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> objectLine(Path object) {
    return fingerprint(object).map(print -> OBJECT_MARK + print);
  }

  NewEntry create(Key key) {
    try {
      Files.createDirectories(folder);
      removeOldEntries();
      return new NewEntry(key, Files.createTempFile(folder, NEW_MARK, ".o"));
    } catch (IOException e) {
      throw new CommandException(
          "%s: cannot be written: %s. XDG_CACHE_HOME may name another folder for caches."
              .formatted(folder, FileFailure.reason(e)),
          e);
    }
  }

  private void removeOldEntries() throws IOException {
    Instant now = Instant.now();
    long oldest = now.minus(LIFETIME).toEpochMilli();
    long oldestNew = now.minus(LIFETIME_OF_NEW).toEpochMilli();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        boolean isNew = entry.getFileName().toString().startsWith(NEW_MARK);
        if (entry.toFile().lastModified() < (isNew ? oldestNew : oldest)) {
          Files.deleteIfExists(entry);
        }
      }
    }
  }

  private Path objectFile(Key key) {
    return folder.resolve(key.hash() + ".o");
  }

  private Path inputsFile(Key key) {
    return folder.resolve(key.hash() + ".inputs");
  }

  /** {@return size, time and path of a file, or nothing when there is none} */
  private static Optional<String> fingerprint(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Instant time = attributes.lastModifiedTime().toInstant();
      return Optional.of(
          attributes.size()
              + " "
              + time.getEpochSecond()
              + "."
              + time.getNano()
              + "\t"
              + file.toAbsolutePath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** An entry that the compiler is about to write. */
  public final class NewEntry {

    private final Key key;
    private final Path object;

    private NewEntry(Key key, Path object) {
      this.key = key;
      this.object = object;
    }

    /** {@return where the compiler writes the object} */
    Path object() {
      return object;
    }

    /** {@return where the compiler lists the files it read, as a make rule} */
    Path dependencies() {
      return object.resolveSibling(object.getFileName() + ".d");
    }

    /** {@return whether the compiler has written all that it was asked for} */
    boolean isComplete() {
      return object.toFile().length() > 0 && Files.exists(dependencies());
    }

    /**
     * Keeps the object.
     *
     * @param libraries archives that it has to be linked with
     * @return where it is from now on
     */
    Compiled commit(List<Path> libraries) {
      try {
        List<String> inputs = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (String file : MakeRule.prerequisites(Files.readString(dependencies()))) {
          fingerprint(Path.of(file)).ifPresent(inputs::add);
          files.add(Path.of(file).toAbsolutePath());
        }
        for (Path library : libraries) {
          fingerprint(library).ifPresent(print -> inputs.add(LIBRARY_MARK + print));
        }
        // The list last: an object counts only when its list is there.
        Files.move(object, objectFile(key), StandardCopyOption.ATOMIC_MOVE);
        objectLine(objectFile(key)).ifPresent(inputs::addFirst);
        Files.write(dependencies(), inputs, StandardCharsets.UTF_8);
        Files.move(dependencies(), inputsFile(key), StandardCopyOption.ATOMIC_MOVE);
        return new Compiled(objectFile(key), libraries, files);
      } catch (IOException e) {
        throw new CommandException(
            "%s: cannot be written: %s".formatted(folder, FileFailure.reason(e)), e);
      }
    }

    /** Forgets the object. */
    void discard() {
      try {
        Files.deleteIfExists(object);
        Files.deleteIfExists(dependencies());
      } catch (IOException e) {
        throw new CommandException(
            "%s: cannot be removed: %s".formatted(object, FileFailure.reason(e)), e);
      }
    }
  }
}
