package uruk.tools.watch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import uruk.jit.Jit;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.materialization.DataPolicy;
import uruk.materialization.LinkedObject;
import uruk.materialization.Pin;
import uruk.materialization.Replacement;
import uruk.materialization.UpdateException;
import uruk.materialization.platform.ProgramDefaults;
import uruk.orc.OrcException;
import uruk.tools.CommandException;
import uruk.tools.FailureReport;
import uruk.tools.program.Input;
import uruk.tools.program.Inputs;
import uruk.tools.program.ProgramFiles;

/**
 * A program whose objects follow their files. Thread-safe: one change of it at a time, while the
 * program runs.
 */
final class WatchedProgram {

  private final ProgramFiles files;
  private final DataPolicy data;
  private final Inputs inputs;
  private final Jit jit;

  // All below are guarded by this.
  private final SequencedMap<Input, LinkedObject> objects;
  private final Map<Input, byte[]> contents = new HashMap<>();
  private final Deque<Update> updates = new ArrayDeque<>();

  /** An update that was made, with what to restore when it is rolled back. */
  private record Update(Replacement replacement, Map<Input, byte[]> contentsBefore) {}

  /** Compiles and links a program. */
  WatchedProgram(ProgramFiles files, DataPolicy data, Jit jit) {
    this.files = files;
    this.data = data;
    this.jit = jit;
    inputs = new Inputs(files);
    inputs.compile();
    objects = inputs.addTo(jit);
    objects.keySet().forEach(input -> contents.put(input, inputs.content(input)));
    files.linkMain(jit);
  }

  /** {@return the linked program} */
  Jit jit() {
    return jit;
  }

  /** Runs the program to its end. */
  int run(List<String> arguments) {
    ProgramDefaults.restoreLocale(); // signals stay Java's, which leaves the terminal as it was
    return jit.runMain(files.programName(), arguments);
  }

  /** {@return all files that the program is made of, included ones as well} */
  synchronized Set<Path> watchedFiles() {
    Set<Path> all = new HashSet<>();
    objects.keySet().forEach(input -> all.addAll(inputs.filesOf(input)));
    return all;
  }

  /** {@return the objects that run now, in the order typed} */
  synchronized List<LinkedObject> currentObjects() {
    return objects.values().stream().map(LinkedObject::current).toList();
  }

  /**
   * Brings the program up to date with files that were written.
   *
   * @return what to tell people, a line each
   */
  synchronized List<String> follow(Collection<Path> changed) {
    List<Input> concerned =
        objects.keySet().stream().filter(input -> isMadeOf(input, changed)).toList();
    List<String> lines = new ArrayList<>();
    concerned.stream()
        .filter(WatchedProgram::isGone)
        .forEach(input -> lines.add(input + ": the file is gone; its last version runs on"));
    List<Input> present = concerned.stream().filter(input -> !isGone(input)).toList();
    if (!present.isEmpty()) {
      lines.addAll(compileAndReplace(present));
    }
    return lines;
  }

  private boolean isMadeOf(Input input, Collection<Path> changed) {
    return inputs.filesOf(input).stream()
        .anyMatch(file -> changed.contains(file.toAbsolutePath().normalize()));
  }

  private static boolean isGone(Input input) {
    return switch (input) {
      case Input.Source source -> Files.notExists(source.file().path());
      case Input.Binary binary -> Files.notExists(binary.file());
      case Input.Library _ -> false;
    };
  }

  private List<String> compileAndReplace(List<Input> concerned) {
    String names = String.join(", ", concerned.stream().map(Input::toString).toList());
    try {
      long begun = System.nanoTime();
      inputs.compile(concerned);
      long compiled = System.nanoTime();
      return replace(concerned, names, (compiled - begun) / 1_000_000);
    } catch (CommandException | LinkException | OrcException | UpdateException refused) {
      return List.of("%s: not replaced: %s".formatted(names, FailureReport.text(refused)));
    }
  }

  private List<String> replace(List<Input> concerned, String names, long compileMilliseconds) {
    Map<Input, byte[]> changes = new LinkedHashMap<>();
    for (Input input : concerned) {
      byte[] content = inputs.content(input);
      if (!Arrays.equals(content, contents.get(input))) {
        changes.put(input, content);
      }
    }
    if (changes.isEmpty()) {
      return List.of(names + ": the same code as before, nothing to replace");
    }
    Map<Input, LinkedObject> replaced = new LinkedHashMap<>();
    changes.keySet().forEach(input -> replaced.put(input, current(input)));
    long begun = System.nanoTime();
    Replacement made =
        jit.objects()
            .update(update ->
                changes.forEach((input, content) ->
                    update.replace(current(input), version(input, content), data)));
    long microseconds = (System.nanoTime() - begun) / 1_000;
    Map<Input, byte[]> before = new HashMap<>();
    changes.forEach((input, content) -> before.put(input, contents.put(input, content)));
    updates.push(new Update(made, before));
    List<String> lines = new ArrayList<>();
    replaced.forEach((input, old) ->
        lines.add(
            "%s: %s replaced in %d µs (compiled in %d ms), generation %d; %s"
                .formatted(
                    input,
                    counted(current(input).symbolNames().size(), "symbol"),
                    microseconds,
                    compileMilliseconds,
                    current(input).generation(),
                    retired(old))));
    return lines;
  }

  /** {@return what became of a version that was replaced, and the first reason why it stays} */
  private static String retired(LinkedObject version) {
    List<Pin> pins = version.pinnedBy();
    String begin = "generation " + version.generation();
    return switch (pins.size()) {
      case 0 -> begin + " is freed";
      case 1 -> begin + " retired: " + pins.getFirst();
      default ->
          "%s pinned: %s, and %s"
              .formatted(begin, pins.getFirst(), counted(pins.size() - 1, "further reason"));
    };
  }

  /**
   * Takes the last update back that has not been taken back.
   *
   * @return what to tell people
   */
  synchronized String rollBack() {
    Update last = updates.peek();
    if (last == null) {
      return "nothing to roll back";
    }
    try {
      last.replacement().rollBack();
    } catch (IllegalStateException | UpdateException refused) {
      return "not rolled back: " + refused.getMessage();
    }
    updates.pop();
    contents.putAll(last.contentsBefore());
    List<String> lines =
        last.contentsBefore().keySet().stream()
            .map(input ->
                "%s: rolled back to generation %d".formatted(input, current(input).generation()))
            .toList();
    return String.join(System.lineSeparator(), lines);
  }

  private LinkedObject current(Input input) {
    return Objects.requireNonNull(objects.get(input)).current();
  }

  private static ObjectFile version(Input input, byte[] content) {
    return ObjectFile.of(input.toString(), content);
  }

  private static String counted(int count, String thing) {
    return count + " " + thing + (count == 1 ? "" : "s");
  }
}
