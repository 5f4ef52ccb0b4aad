package uruk.tools.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the command line says about compiling, for every language.
 *
 * @param compiler the command to use for C, C++ and assembly instead of the usual one
 * @param words options as C compilers take them, such as {@code -O2}
 * @param library whether functions of the sources are called, and not their {@code main}
 */
public record CompilerOptions(Optional<String> compiler, List<String> words, boolean library) {

  /** Rust's own choice of a release build, which {@code -O} stands for. */
  private static final String DEFAULT_LEVEL = "3";

  /** Copies the words. */
  public CompilerOptions {
    words = List.copyOf(words);
  }

  CompilerDriver driver(SourceFile source) {
    return switch (source.language()) {
      case C, CPLUSPLUS, ASSEMBLY, PREPROCESSED_ASSEMBLY -> new CDriver(words);
      case RUST -> new RustDriver(rustWords(library || RustDriver.isLibrary(source)));
    };
  }

  /** {@return the command that compiles a language} */
  String command(SourceLanguage language) {
    return language == SourceLanguage.RUST
        ? language.compiler()
        : compiler.orElse(language.compiler());
  }

  /** Rust has a word of its own for optimization and debug information; the rest is C's. */
  private List<String> rustWords(boolean crateIsLibrary) {
    List<String> rust = new ArrayList<>();
    // Of a program only main is kept, of a C library what C can call.
    rust.add("--crate-type=" + (crateIsLibrary ? "cdylib" : "bin"));
    for (String word : words) {
      if (word.startsWith("-O")) {
        String level = word.substring(2);
        rust.add("-Copt-level=" + (level.isEmpty() ? DEFAULT_LEVEL : level));
      } else if (word.startsWith("-g")) {
        rust.add("-g");
      }
    }
    return rust;
  }
}
