package uruk.materialization.platform;

import java.nio.file.Path;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.materialization.LinkedObject;
import uruk.materialization.UnloadPolicy;

/**
 * A program for a profiler. Its arguments are two object files that define {@code spin}; it runs
 * the first, removes it, and runs the second, which gets the memory of the first.
 */
public final class PerfScenario {
  private PerfScenario() {}

  /** Runs the program. */
  public static void main(String[] arguments) throws Exception {
    System.out.println("process " + ProcessHandle.current().pid());
    try (Jit jit = Jit.builder().perf().create()) {
      for (String file : arguments) {
        LinkedObject object = jit.add(ObjectFile.read(Path.of(file)));
        long spin = jit.session().lookup(jit.main(), "spin").address();
        System.out.println("spin " + jit.guard().call(spin, 300_000_000));
        object.remove(UnloadPolicy.REFUSE);
      }
    }
  }
}
