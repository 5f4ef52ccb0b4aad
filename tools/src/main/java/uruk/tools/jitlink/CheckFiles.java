package uruk.tools.jitlink;

import static uruk.tools.jitlink.JitlinkOption.CHECK;
import static uruk.tools.jitlink.JitlinkOption.CHECK_NAME;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import uruk.jitlink.check.CheckResult;
import uruk.jitlink.check.CheckRules;
import uruk.jitlink.check.Checker;
import uruk.jitlink.check.LinkedGraphs;
import uruk.tools.CommandException;

/** The files of {@code -check}. */
final class CheckFiles {
  private final List<String> files;
  private final String name;

  CheckFiles(JitlinkRequest request) {
    files = request.values(CHECK);
    name = request.value(CHECK_NAME).orElse(CheckRules.DEFAULT_NAME);
  }

  /**
   * Checks name an input by the last part of its path.
   *
   * @throws CommandException if that does not tell all inputs apart
   */
  void checkInputs(InputPlan plan) {
    if (files.isEmpty()) {
      return;
    }
    Set<String> names = new HashSet<>();
    for (InputPlan.InputFile input : plan.files()) {
      String file = input.path().substring(input.path().lastIndexOf('/') + 1);
      if (!names.add(file)) {
        throw new CommandException(
            "When -check is passed, file names must be distinct (duplicate: \"%s\")"
                .formatted(file));
      }
    }
  }

  /**
   * Evaluates the checks of all files.
   *
   * @return whether all hold; what does not has been printed
   */
  boolean hold(LinkedGraphs linked, Diagnostics diagnostics) {
    boolean all = true;
    for (String file : files) {
      CheckRules rules = CheckRules.of(TextFile.read(Path.of(file)), name);
      List<CheckResult.Failure> failures = new Checker(linked).failures(rules);
      failures.forEach(failure -> diagnostics.warn(failure.message()));
      if (rules.rules().isEmpty()) {
        diagnostics.warn("There is no line \"# %s: …\" in %s".formatted(name, file));
      }
      if (rules.rules().isEmpty() || !failures.isEmpty()) {
        diagnostics.refuse("Some checks in %s failed".formatted(file));
        all = false;
      }
    }
    return all;
  }
}
