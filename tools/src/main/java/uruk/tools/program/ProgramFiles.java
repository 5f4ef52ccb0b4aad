package uruk.tools.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import uruk.jit.Jit;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolsNotFoundException;
import uruk.tools.CommandException;
import uruk.tools.UsageException;
import uruk.tools.source.CompilerOptions;
import uruk.tools.source.SourceFile;
import uruk.tools.source.SourceLanguage;

/**
 * What a command line says about the program.
 *
 * @param inputs what to link, in the order typed
 * @param libraryFolders where to look for libraries first
 * @param compilation how sources are compiled
 */
public record ProgramFiles(
    List<Input> inputs, List<Path> libraryFolders, CompilerOptions compilation) {

  /** The function that a program begins with. */
  static final String MAIN = "main";

  /** Copies the lists. */
  public ProgramFiles {
    inputs = List.copyOf(inputs);
    libraryFolders = List.copyOf(libraryFolders);
  }

  /** {@return what the program is called: its first file} */
  public String programName() {
    return inputs.getFirst().toString();
  }

  /** {@return the files and libraries, for a message} */
  public String inputNames() {
    return inputs.stream().map(Input::toString).collect(Collectors.joining(", "));
  }

  /**
   * Links {@code main} and what it needs. Compilers hide it with {@code -fvisibility=hidden}.
   *
   * @throws CommandException if there is none
   * @throws uruk.orc.OrcException if something else is missing or cannot be linked
   */
  public void linkMain(Jit jit) {
    try {
      jit.session().lookup(SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, jit.main()), MAIN);
    } catch (SymbolsNotFoundException missing) {
      if (!missing.symbols().equals(List.of(MAIN))) {
        throw missing;
      }
      throw new CommandException(
          "there is no main in %s. Name the file that defines it; \"uruk run FILES --call\" calls another function."
              .formatted(inputNames()),
          missing);
    }
  }

  /** Collects the files and options of one command line, in the order typed. */
  public static final class Reader {

    private final List<Input> inputs = new ArrayList<>();
    private final List<Path> libraryFolders = new ArrayList<>();
    private final List<String> compilerWords = new ArrayList<>();
    private Optional<String> compiler = Optional.empty();
    private @Nullable String onlyForC;

    /** Creates a reader that has read nothing. */
    public Reader() {}

    /** A word that is no option. */
    public void addFile(String word) {
      if (word.isEmpty()) {
        throw new UsageException("'' is no file's name");
      }
      Optional<SourceFile> source = SourceFile.of(word);
      inputs.add(
          source.isPresent() ? new Input.Source(source.get()) : new Input.Binary(Path.of(word)));
    }

    /** An option with its argument. */
    public void set(ProgramOption option, String value) {
      switch (option) {
        case LIBRARY, LIBRARY_NAME -> inputs.add(new Input.Library(value));
        case LIBRARY_FOLDER -> libraryFolders.add(Path.of(value));
        case COMPILER -> compiler = Optional.of(command(value));
        case OPTIMIZE, DEBUG -> compilerWords.add(option.spelling() + value);
        case INCLUDE_FOLDER, DEFINE, UNDEFINE, STANDARD, CODE_GENERATION, MACHINE, WARNING -> {
          compilerWords.add(option.spelling() + value);
          onlyForC = option.spelling();
        }
      }
    }

    private static String command(String value) {
      if (value.isBlank()) {
        throw new UsageException("--cc needs the name of a compiler");
      }
      return value;
    }

    /** {@return whether no file was named yet} */
    public boolean isEmpty() {
      return inputs.isEmpty();
    }

    /**
     * {@return what was read}
     *
     * @param library whether functions of the sources are called, and not their {@code main}
     * @throws UsageException if the options are not for the files
     */
    public ProgramFiles files(boolean library) {
      if (onlyForC != null && onlyRust()) {
        throw new UsageException("%s is not for Rust, which takes -O and -g".formatted(onlyForC));
      }
      return new ProgramFiles(
          inputs, libraryFolders, new CompilerOptions(compiler, compilerWords, library));
    }

    private boolean onlyRust() {
      List<SourceLanguage> languages = new ArrayList<>();
      for (Input input : inputs) {
        if (input instanceof Input.Source source) {
          languages.add(source.file().language());
        }
      }
      return !languages.isEmpty()
          && languages.stream().allMatch(language -> language == SourceLanguage.RUST);
    }
  }
}
