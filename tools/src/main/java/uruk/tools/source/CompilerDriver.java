package uruk.tools.source;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/** How one compiler is told what to do, and what is made of its result. */
sealed interface CompilerDriver permits CDriver, RustDriver {

  /** {@return the options that change the object, for the cache's key} */
  List<String> options();

  /** {@return the command that compiles into a new entry of the cache} */
  List<String> command(Path executable, SourceFile source, ObjectCache.NewEntry entry);

  /** {@return where the compiler's stdout goes} */
  Redirect output(ObjectCache.NewEntry entry);

  /**
   * {@return what the compiler reads from stdin; empty for nothing}
   *
   * @throws uruk.tools.CommandException if the source cannot be read
   */
  byte[] input(SourceFile source);

  /**
   * Puts the object of a successful compilation into its place.
   *
   * @return the archives that the object has to be linked with
   */
  List<Path> finish(SourceFile source, ObjectCache.NewEntry entry);

  /** Removes what only the compilation needed. */
  void cleanUp(ObjectCache.NewEntry entry);
}
