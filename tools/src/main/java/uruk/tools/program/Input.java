package uruk.tools.program;

import java.nio.file.Path;
import uruk.tools.source.SourceFile;

/** One thing to link, in the order typed. */
public sealed interface Input {

  /** A source file, compiled first. */
  record Source(SourceFile file) implements Input {
    // As below.
    @Override
    public int hashCode() {
      return file.path().hashCode();
    }

    /** {@return the file as typed} */
    @Override
    public String toString() {
      return file.path().toString();
    }
  }

  /** An object, archive or shared library. */
  record Binary(Path file) implements Input {
    // By hand: making a record's own method takes milliseconds of each start.
    @Override
    public int hashCode() {
      return file.hashCode();
    }

    /** {@return the file as typed} */
    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** A library named with {@code -l}. */
  record Library(String name) implements Input {
    /** {@return the library's name, without -l} */
    @Override
    public String toString() {
      return name;
    }
  }
}
