package uruk.tools.jitlink;

import static uruk.tools.jitlink.JitlinkOption.ARGS;
import static uruk.tools.jitlink.JitlinkOption.ENTRY;
import static uruk.tools.jitlink.JitlinkOption.HARNESS;
import static uruk.tools.jitlink.JitlinkOption.NOEXEC;
import static uruk.tools.jitlink.JitlinkOption.SHOW_ADDRS;
import static uruk.tools.jitlink.JitlinkOption.SHOW_ENTRY_ES;
import static uruk.tools.jitlink.JitlinkOption.SHOW_FAILED;
import static uruk.tools.jitlink.JitlinkOption.SHOW_INIT_ES;
import static uruk.tools.jitlink.JitlinkOption.SHOW_TIMES;
import static uruk.tools.jitlink.JitlinkOption.TRIPLE;

import java.nio.file.Path;
import java.util.OptionalLong;
import uruk.jitlink.LinkException;
import uruk.orc.OrcException;
import uruk.tools.Console;

/** One run of the command; {@link #run} is the order of work. */
final class Jitlink {
  private static final String DEFAULT_ENTRY = "main";
  private static final int FAILURE = 1;

  private final JitlinkRequest request;
  private final Console console;
  private final Diagnostics diagnostics;
  private final InputPlan plan;
  private final CheckFiles checks;
  private final LinkReports reports;
  private final PhaseTimes times = new PhaseTimes();

  Jitlink(JitlinkRequest request, Console console, Diagnostics diagnostics) {
    this.request = request;
    this.console = console;
    this.diagnostics = diagnostics;
    this.plan = InputPlan.of(request.arguments());
    this.checks = new CheckFiles(request);
    this.reports = new LinkReports(request, console.out());
  }

  /**
   * {@return the status to exit with: the program's, 0 if it was not to be run, 1 on errors}
   *
   * @throws uruk.tools.CommandException and the exceptions of the linker if an input is refused
   */
  int run() {
    checks.checkInputs(plan);
    LinkSession session =
        LinkSession.open(
            request,
            InputTarget.of(request.value(TRIPLE), firstInput()),
            plan.dylibs(),
            diagnostics);
    try {
      return run(session);
    } finally {
      // Threads of a program that was run may go on until the process ends.
      if (request.has(NOEXEC)) {
        session.close();
      }
      if (request.has(SHOW_TIMES)) {
        diagnostics.warn(times.table());
      }
    }
  }

  private Path firstInput() {
    return Path.of(
        plan.files().isEmpty()
            ? request.values(HARNESS).getFirst()
            : plan.files().getFirst().path());
  }

  private int run(LinkSession session) {
    session.layer().addPlugin(reports);
    times.measure("time to load/add object files", () -> addInputs(session));
    show(SHOW_INIT_ES, session);
    OptionalLong entry = times.measure("time to link object files", () -> lookUpEntry(session));
    show(SHOW_ENTRY_ES, session);
    if (request.has(SHOW_ADDRS)) {
      console.out().print(reports.linked().addressTable());
    }
    reports.printSizes();
    if (entry.isEmpty()) {
      return FAILURE;
    }
    reports.writeSymbols();
    if (!checks.hold(reports.linked(), diagnostics)) {
      return FAILURE;
    }
    return request.has(NOEXEC)
        ? 0
        : times.measure(
            "time to execute", () -> session.run(entry.getAsLong(), request.values(ARGS)));
  }

  private boolean addInputs(LinkSession session) {
    new InputAdder(request, plan, session, reports).addAll();
    return true;
  }

  private OptionalLong lookUpEntry(LinkSession session) {
    try {
      return OptionalLong.of(session.lookUp(request.value(ENTRY).orElse(DEFAULT_ENTRY)));
    } catch (LinkException | OrcException failure) {
      diagnostics.failed(failure, request.has(SHOW_FAILED));
      return OptionalLong.empty();
    }
  }

  private void show(JitlinkOption option, LinkSession session) {
    if (request.has(option)) {
      console.out().print(session.session().dump());
    }
  }
}
