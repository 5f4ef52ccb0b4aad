package uruk.materialization;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.archive.DriverLibrary;
import uruk.jitlink.archive.LibraryInput;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.archive.LibrarySearch.Preference;
import uruk.jitlink.host.HostException;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.SymbolLookupSet;

/**
 * Defines what is in the libraries that a compiler driver adds to every link by itself: archives,
 * see {@link DriverLibrary}, the unwinder, and the run-time library of C++. For a dylib of its own
 * at the end of a link order, searched with {@link JITDylibLookupFlags#MATCH_ALL_SYMBOLS}: most of
 * what is in these archives is hidden.
 *
 * <p>The archives are found when the first name is missing elsewhere. Thread-safe.
 */
public final class DriverLibraries implements DefinitionGenerator, AutoCloseable {
  private static final Path COMPILERS = Path.of("/usr/lib/gcc");

  /**
   * Shared libraries that a driver adds, and the names that belong to them. Unwinding and the
   * exceptions of C++ must be one for the whole process, so these are not archives.
   */
  private enum SharedLibrary {
    UNWINDER("libgcc_s.so.1", "_Unwind_"),
    C_PLUS_PLUS("libstdc++.so.6", "_Z", "__cxa_", "__gxx_", "__dynamic_cast", "__once_");

    private final String fileName;
    private final ImmutableList<String> prefixes;

    SharedLibrary(String fileName, String... prefixes) {
      this.fileName = fileName;
      this.prefixes = ImmutableList.copyOf(prefixes);
    }

    boolean mayDefine(String name) {
      return prefixes.stream().anyMatch(name::startsWith);
    }
  }

  /** The thread-local variables of libstdc++, which {@code std::call_once} uses. */
  private static final ImmutableSet<String> THREAD_LOCAL =
      ImmutableSet.of("_ZSt11__once_call", "_ZSt15__once_callable");

  private final ObjectLinkingLayer layer;
  private final Object lock = new Object();
  private @Nullable List<StaticLibrary> libraries; // guarded by lock
  private final Map<SharedLibrary, ProcessSymbols> opened =
      new EnumMap<>(SharedLibrary.class); // guarded by lock

  /** Makes a generator that links what it finds with a layer. */
  public DriverLibraries(ObjectLinkingLayer layer) {
    this.layer = layer;
  }

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    for (StaticLibrary library : libraries()) {
      library.tryToGenerate(state, kind, dylib, dylibFlags, candidates);
    }
    for (SharedLibrary library : SharedLibrary.values()) {
      if (candidates.names().stream().anyMatch(library::mayDefine)) {
        ProcessSymbols symbols = open(library);
        // Before they are looked up; with one of them, all of the library get a fixed place.
        candidates.names().stream()
            .filter(THREAD_LOCAL::contains)
            .findFirst()
            .ifPresent(symbols::findThreadLocal);
        symbols.tryToGenerate(state, kind, dylib, dylibFlags, candidates);
      }
    }
  }

  /** A system may lack a library that the program does not need after all. */
  private ProcessSymbols open(SharedLibrary library) {
    synchronized (lock) {
      return opened.computeIfAbsent(
          library,
          _ -> {
            try {
              return LibrarySymbols.open(library.fileName, library::mayDefine);
            } catch (HostException _) {
              return ProcessSymbols.matching(name -> false);
            }
          });
    }
  }

  private List<StaticLibrary> libraries() {
    synchronized (lock) {
      List<StaticLibrary> known = libraries;
      if (known == null) {
        known =
            DriverLibrary.find(new LibrarySearch(directories(), Preference.STATIC_ONLY)).stream()
                .map(LibraryInput::path)
                .map(path -> StaticLibrary.open(layer, path))
                .toList();
        libraries = known;
      }
      return known;
    }
  }

  /**
   * {@return the folders where distributions keep the compiler's and the system's libraries, the
   * newest compiler's first} Asking a compiler would cost a process.
   */
  public static List<Path> directories() {
    String machine = System.getProperty("os.arch").replace("amd64", "x86_64");
    List<Path> directories = new ArrayList<>();
    for (Path target : children(COMPILERS, machine + "-*")) {
      directories.addAll(children(target, "[0-9]*"));
    }
    directories.sort((a, b) -> Integer.compare(version(b), version(a)));
    directories.add(Path.of("/usr/local/lib/" + machine + "-linux-gnu"));
    directories.add(Path.of("/usr/local/lib"));
    directories.add(Path.of("/usr/lib/" + machine + "-linux-gnu"));
    directories.add(Path.of("/usr/lib64"));
    directories.add(Path.of("/usr/lib"));
    return directories;
  }

  private static int version(Path directory) {
    return Integer.parseInt(Objects.toString(directory.getFileName()).replaceFirst("\\D.*", ""));
  }

  private static List<Path> children(Path directory, String pattern) {
    List<Path> children = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
        found.forEach(children::add);
      } catch (IOException failure) {
        throw new UncheckedIOException(directory + ": cannot be listed", failure);
      }
    }
    return children;
  }

  @Override
  public List<String> names(Predicate<String> wanted) {
    return libraries().stream().flatMap(library -> library.names(wanted).stream()).toList();
  }

  @Override
  public boolean mayDefine(String name) {
    return libraries().stream().anyMatch(library -> library.defines(name))
        || Arrays.stream(SharedLibrary.values())
            .anyMatch(library -> library.mayDefine(name) && open(library).mayDefine(name));
  }

  /** Closes the archives. Members that are in dylibs stay. */
  @Override
  public void close() {
    synchronized (lock) {
      List<StaticLibrary> opened = libraries;
      libraries = List.of();
      if (opened != null) {
        opened.forEach(StaticLibrary::close);
      }
    }
  }

  /** {@return the archives' file names, for error texts} */
  @Override
  public String toString() {
    return Arrays.stream(DriverLibrary.values())
        .map(DriverLibrary::fileName)
        .collect(Collectors.joining(", "));
  }
}
