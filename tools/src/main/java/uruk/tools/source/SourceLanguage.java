package uruk.tools.source;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** What a source file's suffix says: the language and who compiles it. */
public enum SourceLanguage {
  /** C. */
  C("cc", ImmutableList.of(".c")),
  /** C++. */
  CPLUSPLUS("c++", ImmutableList.of(".cc", ".cpp", ".cxx", ".C")),
  /** Assembly, with and without preprocessing; the C compiler's driver takes it. */
  ASSEMBLY("cc", ImmutableList.of(".s", ".S"));

  private final String compiler;
  private final ImmutableList<String> suffixes;

  SourceLanguage(String compiler, ImmutableList<String> suffixes) {
    this.compiler = compiler;
    this.suffixes = suffixes;
  }

  /** {@return the command that compiles this language on every Unix} */
  public String compiler() {
    return compiler;
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
