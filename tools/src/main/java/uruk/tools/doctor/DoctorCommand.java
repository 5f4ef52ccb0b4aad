package uruk.tools.doctor;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import uruk.tools.Command;
import uruk.tools.Console;
import uruk.tools.ExitStatus;
import uruk.tools.Style;
import uruk.tools.UsageException;
import uruk.tools.doctor.Finding.Verdict;
import uruk.tools.option.Argument;
import uruk.tools.option.CommandLine;
import uruk.tools.option.Option;
import uruk.tools.option.OptionHelp;

/** {@code uruk doctor}: looks at the machine and says what works, and how to mend the rest. */
public final class DoctorCommand implements Command {

  private static final int SCHEMA = 1;

  /** Creates the command. */
  public DoctorCommand() {}

  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "say what this machine can do, and how to mend what is missing";
  }

  @Override
  public List<Option> options() {
    return List.of(DoctorOption.values());
  }

  @Override
  public String help() {
    return """
    Usage: uruk doctor [OPTIONS]

    Looks at the JDK, the compilers, the debugger and profiler, and the kernel's settings that
    matter to linked code. Each line is "ok", "limited" (linking works, something else does not)
    or "broken" (nothing can be linked), and what is not ok says how to mend it.

    Options:
    """
        + OptionHelp.of(options())
        + """

        Exit status: 0 objects can be linked and run, 2 wrong usage, 3 something is broken.
        """;
  }

  @Override
  public int run(List<String> arguments, Console console) {
    Set<DoctorOption> options = options(arguments);
    if (options.contains(DoctorOption.HELP)) {
      console.out().print(help());
      return ExitStatus.SUCCESS;
    }
    List<Finding> findings = findings();
    if (options.contains(DoctorOption.JSON)) {
      console.out().println(json(findings));
    } else {
      findings.forEach(finding -> print(finding, console.out(), console.outStyle()));
    }
    return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.BROKEN)
        ? ExitStatus.FAILURE
        : ExitStatus.SUCCESS;
  }

  private static Set<DoctorOption> options(List<String> words) {
    CommandLine<DoctorOption> line = CommandLine.parse(List.of(DoctorOption.values()), words);
    Set<DoctorOption> options = EnumSet.noneOf(DoctorOption.class);
    for (Argument<DoctorOption> argument : line.arguments()) {
      switch (argument) {
        case Argument.Setting<DoctorOption> setting -> options.add(setting.option());
        case Argument.Operand<DoctorOption> operand ->
            throw new UsageException("nothing is known of '%s'".formatted(operand.word()));
      }
    }
    return options;
  }

  private static List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(JavaChecks.all());
    findings.addAll(ToolChecks.all());
    findings.addAll(SystemChecks.all());
    return findings;
  }

  private static void print(Finding finding, PrintStream out, Style style) {
    String word = "%-8s".formatted(finding.verdict());
    String mark =
        switch (finding.verdict()) {
          case GOOD -> style.good(word);
          case LIMITED -> style.doubtful(word);
          case BROKEN -> style.bad(word);
        };
    out.printf("%s %-18s %s%n", mark, finding.subject(), finding.detail());
    if (!finding.remedy().isEmpty()) {
      out.printf("%28s%s%n", "", finding.remedy());
    }
  }

  private static JsonObject json(List<Finding> findings) {
    JsonArray rows = new JsonArray();
    for (Finding finding : findings) {
      JsonObject row = new JsonObject();
      row.addProperty("subject", finding.subject());
      row.addProperty("verdict", finding.verdict().toString());
      row.addProperty("detail", finding.detail());
      row.addProperty("remedy", finding.remedy());
      rows.add(row);
    }
    JsonObject document = new JsonObject();
    document.addProperty("schema", SCHEMA);
    document.add("findings", rows);
    return document;
  }
}
