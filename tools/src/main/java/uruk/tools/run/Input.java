package uruk.tools.run;

import java.nio.file.Path;
import uruk.tools.source.SourceLanguage;

/** One thing to link, in the order typed. */
sealed interface Input {

  /** A source file, compiled first. */
  record Source(Path file, SourceLanguage language) implements Input {}

  /** An object, archive or shared library. */
  record Binary(Path file) implements Input {}

  /** A library named with {@code -l}. */
  record Library(String name) implements Input {}
}
