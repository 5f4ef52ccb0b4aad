package uruk.materialization.platform;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import uruk.jit.Jit;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.LinkedObject;

/**
 * Links what stands before {@code --} and runs the program with the arguments behind it: {@code
 * object:FILE}, {@code archive:FILE}, {@code whole:FILE} for all members, {@code open:LIBRARY} for
 * a shared library of the process, {@code export} to make the symbols visible to it. Tells at the
 * end how many members of each archive are linked, and what they cost.
 */
final class RealProgramScenario {
  private RealProgramScenario() {}

  public static void main(String[] arguments) {
    List<String> all = Arrays.asList(arguments);
    int separator = all.indexOf("--");
    List<Path> archives = new ArrayList<>();
    try (Jit jit = Jit.create()) {
      for (String input : all.subList(0, separator)) {
        String[] words = input.split(":", 2);
        switch (words[0]) {
          case "object" -> jit.add(Path.of(words[1]));
          case "archive" -> {
            archives.add(Path.of(words[1]));
            jit.addArchive(Path.of(words[1]));
          }
          case "whole" -> {
            archives.add(Path.of(words[1]));
            jit.addWholeArchive(Path.of(words[1]));
          }
          case "open" ->
              DynamicLinker.open(words[1], DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
          case "export" -> jit.exportSymbols();
          default -> throw new IllegalArgumentException(input);
        }
      }
      int status = jit.runMain("program", all.subList(separator + 1, all.size()));
      System.out.println("status " + status);
      archives.forEach(archive -> tell(jit, archive));
    }
  }

  private static void tell(Jit jit, Path archive) {
    List<LinkedObject> members =
        jit.objects().objects().stream()
            .filter(object -> object.name().startsWith(archive + "("))
            .toList();
    long bytes = members.stream().mapToLong(member -> member.ledger().total()).sum();
    System.out.println("linked " + members.size() + " members, " + (bytes > 0));
  }
}
