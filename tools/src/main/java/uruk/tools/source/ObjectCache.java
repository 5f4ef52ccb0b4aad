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
import uruk.jitlink.archive.FileFailure;
import uruk.tools.CommandException;
import uruk.tools.ProcessExit;
import uruk.tools.source.SourceCompiler.Compiled;

/**
 * Objects of earlier compilations, in the user's cache folder.
 *
 * <p>An entry is found by the source file's content, its path as given, the folder the compiler
 * runs in, the options, the compiler's identity and the environment variables that change what
 * compilers do. It is good as long as every file the compiler read (the included headers, too) and
 * the object itself are the files they were, with the size and time they had. Several processes may
 * use the cache at once: entries appear whole, by a rename. Where the folder cannot be written,
 * objects last as long as the process.
 */
public final class ObjectCache {

  /** Before those of the inputs that are linked with the object. */
  private static final String LIBRARY_MARK = "library ";

  /** Before a variable of the environment that is part of the object. */
  private static final String VARIABLE_MARK = "variable ";

  /** Before the object's own fingerprint, without which an entry does not count. */
  private static final String OBJECT_MARK = "object ";

  /** Before the name of an entry that is being written. */
  private static final String NEW_MARK = "new-";

  private static final Duration LIFETIME = Duration.ofDays(30);

  /** GCC's manual, "Environment Variables Affecting GCC"; clang's; rustc's and rustup's. */
  private static final List<String> VARIABLES =
      List.of(
          "CPATH",
          "C_INCLUDE_PATH",
          "CPLUS_INCLUDE_PATH",
          "COMPILER_PATH",
          "GCC_EXEC_PREFIX",
          "SOURCE_DATE_EPOCH",
          "CCC_OVERRIDE_OPTIONS",
          "RUSTC_BOOTSTRAP",
          "RUSTUP_TOOLCHAIN");

  /** No compiler runs longer: what is older was left by a process that was killed. */
  private static final Duration LIFETIME_OF_NEW = Duration.ofDays(1);

  private final Path folder;
  private final Map<String, String> environment;

  /**
   * Creates a cache.
   *
   * @param folder where the entries are; made when the first one is written
   * @param environment what the compilers run in
   */
  ObjectCache(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = environment;
  }

  /** {@return the cache of the user: {@code $XDG_CACHE_HOME/uruk}, or {@code ~/.cache/uruk}} */
  public static ObjectCache ofUser() {
    Map<String, String> environment = System.getenv();
    Path folder = cacheFolder(environment).resolve("uruk").resolve("objects");
    return new ObjectCache(folder, environment);
  }

  /** {@return where the entries are} */
  public Path folder() {
    return folder;
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
    for (String variable : VARIABLES) {
      putWord(hasher, environment.getOrDefault(variable, ""));
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
        if (line.startsWith(VARIABLE_MARK)) {
          if (!isUnchanged(line.substring(VARIABLE_MARK.length()))) {
            return Optional.empty();
          }
          continue;
        }
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

  private boolean isUnchanged(String variable) {
    int equals = variable.indexOf('=');
    String name = equals < 0 ? variable : variable.substring(0, equals);
    return variable.equals(MakeRule.variable(name, environment.get(name)));
  }

  private static Optional<String> objectLine(Path object) {
    return fingerprint(object).map(print -> OBJECT_MARK + print);
  }

  NewEntry create(Key key) {
    try {
      Files.createDirectories(folder);
      removeOldEntries();
      return new NewEntry(key, Files.createTempFile(folder, NEW_MARK, ".o"), true);
    } catch (IOException unwritable) {
      return createTemporary(key, unwritable);
    }
  }

  private NewEntry createTemporary(Key key, IOException unwritable) {
    try {
      NewEntry entry = new NewEntry(key, Files.createTempFile("uruk-", ".o"), false);
      ProcessExit.addsHook();
      entry.object().toFile().deleteOnExit();
      entry.dependencies().toFile().deleteOnExit();
      return entry;
    } catch (IOException e) {
      e.addSuppressed(unwritable);
      throw new CommandException(
          "%s: cannot be written: %s; nor can a temporary file: %s. XDG_CACHE_HOME may name another folder for caches."
              .formatted(folder, FileFailure.reason(unwritable), FileFailure.reason(e)),
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

  /** {@return size, time, number and path of a file, or nothing when there is none} */
  private static Optional<String> fingerprint(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Instant time = attributes.lastModifiedTime().toInstant();
      // The number, because files out of one package may have the same size and time.
      return Optional.of(
          attributes.size()
              + " "
              + time.getEpochSecond()
              + "."
              + time.getNano()
              + " "
              + attributes.fileKey()
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
    private final boolean isKept;
    private final Instant begun = Instant.now();

    /** An entry that is not kept is gone when the process ends. */
    private NewEntry(Key key, Path object, boolean isKept) {
      this.key = key;
      this.object = object;
      this.isKept = isKept;
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
     * Keeps the object, unless a file was written while the compiler was reading: which version it
     * has seen is unknown.
     *
     * @param libraries archives that it has to be linked with
     * @return where it is from now on
     */
    Compiled commit(List<Path> libraries) {
      try {
        String rule = Files.readString(dependencies());
        List<Path> files =
            MakeRule.prerequisites(rule).stream()
                .map(file -> Path.of(file).toAbsolutePath())
                .toList();
        if (!isKept) {
          return new Compiled(object, libraries, files);
        }
        // The list last: an object counts only when its list is there.
        Files.move(object, objectFile(key), StandardCopyOption.ATOMIC_MOVE);
        if (files.stream().allMatch(this::isOlder)) {
          List<String> inputs = inputs(files, libraries);
          MakeRule.variables(rule).forEach(variable -> inputs.add(VARIABLE_MARK + variable));
          Files.write(dependencies(), inputs, StandardCharsets.UTF_8);
          Files.move(dependencies(), inputsFile(key), StandardCopyOption.ATOMIC_MOVE);
        } else {
          Files.delete(dependencies());
        }
        return new Compiled(objectFile(key), libraries, files);
      } catch (IOException e) {
        throw new CommandException(
            "%s: cannot be written: %s".formatted(folder, FileFailure.reason(e)), e);
      }
    }

    private boolean isOlder(Path file) {
      try {
        return Files.getLastModifiedTime(file).toInstant().isBefore(begun);
      } catch (IOException _) {
        return true; // what the compiler read from stdin is listed too
      }
    }

    private List<String> inputs(List<Path> files, List<Path> libraries) {
      List<String> inputs = new ArrayList<>();
      objectLine(objectFile(key)).ifPresent(inputs::add);
      files.forEach(file -> fingerprint(file).ifPresent(inputs::add));
      for (Path library : libraries) {
        fingerprint(library).ifPresent(print -> inputs.add(LIBRARY_MARK + print));
      }
      return inputs;
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
