package uruk.materialization.platform;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import uruk.jit.Jit;

/** Links the files before {@code --} and runs their program with the arguments behind it. */
final class ProgramScenario {
  private ProgramScenario() {}

  public static void main(String[] arguments) {
    List<String> all = Arrays.asList(arguments);
    int separator = all.indexOf("--");
    try (Jit jit = Jit.create()) {
      for (String file : all.subList(0, separator)) {
        if (file.endsWith(".a")) {
          jit.addArchive(Path.of(file));
        } else {
          jit.add(Path.of(file));
        }
      }
      int status = jit.runMain("program", all.subList(separator + 1, all.size()));
      System.out.println("status " + status);
    }
  }
}
