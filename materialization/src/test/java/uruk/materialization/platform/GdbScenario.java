package uruk.materialization.platform;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.DynamicLinker;
import uruk.orc.ResourceTracker;

/**
 * A program for a debugger. Its arguments are two object files; it runs their main, and once more
 * when it has read a line, then removes the second object.
 */
public final class GdbScenario {
  private GdbScenario() {}

  /** Runs the program. */
  public static void main(String[] arguments) throws Exception {
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    try (Jit jit = Jit.builder().gdb().create()) {
      jit.add(Path.of(arguments[0]));
      ResourceTracker removable = jit.main().createResourceTracker();
      jit.objects().add(removable, ObjectFile.read(Path.of(arguments[1])));
      System.out.println("status " + jit.runMain("program", List.of()));
      System.out.println("debug objects " + GdbInterface.shared().size());
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      if (input.readLine() != null) {
        System.out.println("status " + jit.runMain("program", List.of()));
      }
      removable.remove();
      System.out.println("debug objects " + GdbInterface.shared().size());
    }
    System.out.println("debug objects " + GdbInterface.shared().size());
  }
}
