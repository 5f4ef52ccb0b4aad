package uruk.tools.program;

import java.nio.file.Path;
import java.util.List;
import uruk.jit.Jit;
import uruk.materialization.Program;

/**
 * A program that was collected before there was anything to link it with.
 *
 * @param program its objects, and what they need of archives
 * @param shared the libraries that are opened for what it does not define
 */
public record WholeProgram(Program program, List<Path> shared) {

  /** Copies the list. */
  public WholeProgram {
    shared = List.copyOf(shared);
  }

  /** Adds all of it. */
  public void addTo(Jit jit) {
    jit.addProgram(program);
    shared.forEach(library -> Inputs.addShared(jit, library));
  }
}
