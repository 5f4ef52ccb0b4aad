package uruk.tools.source;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** What a source file's suffix says: the language and who compiles it. */
public enum SourceLanguage {
  /** C. */
  C("cc", "c", ImmutableList.of(".c")),
  /** C++. */
  CPLUSPLUS("c++", "c++", ImmutableList.of(".cc", ".cpp", ".cxx", ".C")),
  /** Assembly; the C compiler's driver takes it. */
  ASSEMBLY("cc", "assembler", ImmutableList.of(".s")),
  /** Assembly for C's preprocessor. */
  PREPROCESSED_ASSEMBLY("cc", "assembler-with-cpp", ImmutableList.of(".S")),
  /** Rust, a crate of one file. */
  RUST("rustc", "rust", ImmutableList.of(".rs"));

  private final String compiler;
  private final String driverName;
  private final ImmutableList<String> suffixes;

  SourceLanguage(String compiler, String driverName, ImmutableList<String> suffixes) {
    this.compiler = compiler;
    this.driverName = driverName;
    this.suffixes = suffixes;
  }

  /** {@return the command that compiles this language on every Unix} */
  public String compiler() {
    return compiler;
  }

  /** {@return what {@code -x} of the C compiler's driver calls the language} */
  String driverName() {
    return driverName;
  }

  /**
   * {@return the language of a file, or nothing when the suffix is no source file's}
   *
   * @param file a file's name or path
   */
  public static Optional<SourceLanguage> of(String file) {
    for (SourceLanguage language : values()) {
      for (String suffix : language.suffixes) {
        if (file.endsWith(suffix)) {
          return Optional.of(language);
        }
      }
    }
    return Optional.empty();
  }
}
