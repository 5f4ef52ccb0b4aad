package uruk.jitlink.archive;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Target;

/**
 * Turns {@code -lX} and file names into the files to link, as a linker does: directory by
 * directory, and through linker scripts down to objects, archives and shared objects. Immutable.
 *
 * @param directories searched in this order: the {@code -L} directories, then the system's
 * @param preference which file names stand for {@code -lX}
 * @param target what libraries must be for, others are passed over; null if any will do
 */
public record LibrarySearch(
    List<Path> directories, Preference preference, @Nullable Target target) {

  private static final int MAX_SCRIPT_DEPTH = 64;
  private static final String LIBRARIES = "libraries:";

  /** Before a path below the system's root (GNU ld's manual, {@code INPUT} and {@code -L}). */
  private static final List<String> SYSROOTS = List.of("=", "$SYSROOT");

  /** Which file a directory is asked for first; the first directory that has one wins. */
  public enum Preference {
    /** As {@code ld} by default. */
    DYNAMIC_FIRST("lib%s.so", "lib%s.a"),
    /**
     * For code that should be owned by the JIT where that is possible. The parts of the C library
     * are not: a process has them already, and a second copy would not know the state of the first.
     */
    STATIC_FIRST("lib%s.a", "lib%s.so"),
    /** As {@code ld -Bstatic}. */
    STATIC_ONLY("lib%s.a");

    /** The parts of glibc: what is in {@code libm.a} needs what only {@code libc.a} has. */
    private static final ImmutableSet<String> C_LIBRARY =
        ImmutableSet.of(
            "c", "m", "mvec", "dl", "pthread", "rt", "util", "resolv", "anl", "thread_db");

    private final ImmutableList<String> patterns;

    Preference(String... patterns) {
      this.patterns = ImmutableList.copyOf(patterns);
    }

    List<String> fileNames(String library) {
      Preference preference =
          this == STATIC_FIRST && C_LIBRARY.contains(library) ? DYNAMIC_FIRST : this;
      return preference.patterns.stream().map(pattern -> pattern.formatted(library)).toList();
    }
  }

  /** Copies the list. */
  public LibrarySearch {
    directories = List.copyOf(directories);
  }

  /** Makes a search for libraries of whatever machine. */
  public LibrarySearch(List<Path> directories, Preference preference) {
    this(directories, preference, null);
  }

  /** {@return the same search, which passes over libraries that are for other machines} */
  public LibrarySearch forTarget(Target wanted) {
    return new LibrarySearch(directories, preference, wanted);
  }

  /**
   * Reads the library directories out of what {@code cc -print-search-dirs} prints.
   *
   * @param printed the command's output
   * @return the directories that exist, in order, without repetition
   */
  public static List<Path> systemDirectories(String printed) {
    return printed
        .lines()
        .filter(line -> line.startsWith(LIBRARIES))
        .map(line -> line.substring(LIBRARIES.length()).strip())
        .map(list -> list.startsWith("=") ? list.substring(1) : list)
        .flatMap(list -> Arrays.stream(list.split(":")))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory).normalize())
        .filter(Files::isDirectory)
        .distinct()
        .toList();
  }

  /**
   * Finds a library.
   *
   * @param name what follows {@code -l}: {@code z}, or {@code :libz.a} for a file of that very name
   * @return the files it stands for: one, or several for a linker script
   * @throws LibraryNotFoundException if the library or one its script names is in no directory
   * @throws MalformedLinkerScriptException if a script is damaged or includes itself
   * @throws UnreadableFileException if a file cannot be read or is no library
   */
  public List<LibraryInput> library(String name) {
    return library(name, _ -> {});
  }

  /**
   * Finds a library; see {@link #library(String)}.
   *
   * @param notes told of each file that was passed over, in words
   */
  public List<LibraryInput> library(String name, Consumer<String> notes) {
    return new Resolution(notes).addLibrary(this, name).inputs();
  }

  /**
   * Follows a file, through scripts if it is one.
   *
   * @param file an object, an archive, a shared object or a linker script
   * @return the files it stands for
   * @throws LibraryNotFoundException if a library its script names is in no directory
   * @throws MalformedLinkerScriptException if a script is damaged or includes itself
   * @throws UnreadableFileException if a file cannot be read or is no library
   */
  public List<LibraryInput> file(Path file) {
    return new Resolution(_ -> {}).addFile(this, file, false).inputs();
  }

  /** The first directory's file of the first name it has, for the right machine. */
  Optional<Path> find(List<String> fileNames, Consumer<String> notes) {
    Target wanted = target;
    for (Path directory : directories) {
      for (String fileName : fileNames) {
        Path candidate = resolve(directory, fileName);
        if (Files.isRegularFile(candidate)) {
          Optional<String> other =
              wanted == null ? Optional.empty() : LibraryMachine.other(candidate, wanted);
          if (other.isEmpty()) {
            return Optional.of(candidate);
          }
          notes.accept("%s: passed over, it is for %s".formatted(candidate, other.get()));
        }
      }
    }
    return Optional.empty();
  }

  private Path require(String asked, List<String> fileNames, Consumer<String> notes) {
    List<String> passedOver = new ArrayList<>();
    Optional<Path> found = find(fileNames, passedOver::add);
    passedOver.forEach(notes);
    return found.orElseThrow(
        () -> new LibraryNotFoundException(asked, fileNames, directories, passedOver));
  }

  private static Path resolve(Path directory, String name) {
    try {
      return directory.resolve(name);
    } catch (InvalidPathException e) {
      throw new UnreadableFileException(
          directory,
          "\"%s\" is not a file name".formatted(MemberHeader.printable(name)),
          "Correct the name of the library.",
          e);
    }
  }

  private LibrarySearch with(LinkerScript script) {
    var all = new ArrayList<>(directories);
    script
        .searchDirectories()
        .forEach(name -> all.add(resolve(directoryOf(script.path()), withoutSysroot(name))));
    return new LibrarySearch(all, preference, target);
  }

  /** The system's root is that of this process: no other one can be asked for. */
  private static String withoutSysroot(String name) {
    for (String sysroot : SYSROOTS) {
      if (name.startsWith(sysroot)) {
        return name.substring(sysroot.length());
      }
    }
    return name;
  }

  private static Path directoryOf(Path file) {
    Path absolute = file.toAbsolutePath();
    return Objects.requireNonNullElse(absolute.getParent(), absolute);
  }

  /**
   * One walk through scripts. Each file is followed once, so that no set of scripts can explode.
   */
  private static final class Resolution {

    private final Map<Path, LibraryInput> found = new LinkedHashMap<>();
    private final SequencedSet<Path> active = new LinkedHashSet<>();
    private final Set<Path> followed = new HashSet<>();
    private final Set<Path> followedAsNeeded = new HashSet<>();
    private final Consumer<String> notes;

    Resolution(Consumer<String> notes) {
      this.notes = notes;
    }

    List<LibraryInput> inputs() {
      return List.copyOf(found.values());
    }

    Resolution addLibrary(LibrarySearch search, String name) {
      return addFile(search, locate(search, name), false);
    }

    private Path locate(LibrarySearch search, String name) {
      List<String> fileNames =
          name.startsWith(":") ? List.of(name.substring(1)) : search.preference.fileNames(name);
      return search.require("-l" + name, fileNames, notes);
    }

    Resolution addFile(LibrarySearch search, Path file, boolean asNeeded) {
      FileKind kind = FileKind.of(file);
      switch (kind) {
        case ELF_RELOCATABLE, ELF_SHARED, ARCHIVE, THIN_ARCHIVE ->
            found.merge(
                file.toAbsolutePath().normalize(),
                new LibraryInput(file, kind, asNeeded),
                (first, again) ->
                    new LibraryInput(file, kind, first.asNeeded() && again.asNeeded()));
        case TEXT -> follow(search, LinkerScript.read(file), asNeeded);
        case ELF_EXECUTABLE, ELF_OTHER, BITCODE, EMPTY, UNKNOWN ->
            throw new UnreadableFileException(
                file,
                "is %s, which cannot be linked".formatted(kind.description()),
                "Give a relocatable object, an archive or a shared object.",
                null);
      }
      return this;
    }

    private void follow(LibrarySearch outer, LinkerScript script, boolean asNeeded) {
      Path identity = script.path().toAbsolutePath().normalize();
      requireProgress(script, identity);
      if (!(asNeeded ? followedAsNeeded : followed).add(identity)) {
        return;
      }
      active.add(identity);
      LibrarySearch search = outer.with(script);
      for (LinkerScript.Input input : script.inputs()) {
        addFile(search, locate(search, script, input), asNeeded || input.asNeeded());
      }
      active.remove(identity);
    }

    private void requireProgress(LinkerScript script, Path identity) {
      if (active.contains(identity)) {
        throw new MalformedLinkerScriptException(
            script.path().toString(),
            1,
            1,
            "the script includes itself, by way of " + active,
            "Take one of them out of the circle.");
      }
      if (active.size() == MAX_SCRIPT_DEPTH) {
        throw new MalformedLinkerScriptException(
            script.path().toString(),
            1,
            1,
            "scripts include each other %d deep".formatted(MAX_SCRIPT_DEPTH),
            "Name the files in fewer steps.");
      }
    }

    /** A file name is tried beside the script, then in the search directories. */
    private Path locate(LibrarySearch search, LinkerScript script, LinkerScript.Input input) {
      String name = withoutSysroot(input.name());
      if (name.startsWith("-l") && name.length() > 2) {
        return locate(search, name.substring(2));
      }
      if (name.isEmpty() || name.startsWith("-")) {
        throw new MalformedLinkerScriptException(
            script.path().toString(),
            input.line(),
            input.column(),
            "\"%s\" is no file name".formatted(MemberHeader.printable(name)),
            "Write a path or -lNAME; options have no meaning here.");
      }
      Path beside = resolve(directoryOf(script.path()), name);
      return Files.isRegularFile(beside) ? beside : search.require(name, List.of(name), notes);
    }
  }
}
