package uruk.tools.run;

import com.google.gson.JsonElement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import uruk.jit.Jit;
import uruk.jit.JitBuilder;
import uruk.materialization.Program;
import uruk.materialization.platform.ProgramDefaults;
import uruk.orc.SymbolsNotFoundException;
import uruk.tools.AotCache;
import uruk.tools.Command;
import uruk.tools.CommandException;
import uruk.tools.Console;
import uruk.tools.ExitStatus;
import uruk.tools.Logging;
import uruk.tools.Progress;
import uruk.tools.option.Option;
import uruk.tools.option.OptionHelp;
import uruk.tools.program.Inputs;
import uruk.tools.program.MemoryTable;

/** {@code uruk run}: compiles, links, calls {@code main}, and ends with its status. */
public final class RunCommand implements Command {

  /** Creates the command. */
  public RunCommand() {}

  @Override
  public String name() {
    return "run";
  }

  @Override
  public String summary() {
    return "link objects, archives and sources in memory and run their main";
  }

  @Override
  public List<Option> options() {
    return RunRequest.OPTIONS;
  }

  @Override
  public String help() {
    return """
    Usage: uruk run [OPTIONS] FILES... [-- ARGUMENTS]
           uruk run [OPTIONS] FILES... --call 'DECLARATION' [ARGUMENTS]

    Links the files in memory and calls main(argc, argv) with the first file as argv[0] and
    ARGUMENTS behind it. Takes objects (.o), archives (.a), shared libraries (.so) and sources
    (.c, .cc, .cpp, .cxx, .C, .s, .S, .rs), which the system's compilers turn into objects
    first; they are kept in the user's cache folder. What the files do not define comes from the
    process and the compilers' own libraries: libc, libm, libstdc++ and Rust's std are there.
    A file that begins with "#!/usr/bin/env -S uruk run" can be started like any command.

    Options:
    """
        + OptionHelp.of(options())
        + """

        Examples:
          uruk run hello.c
          uruk run -O2 main.c print-args.o -- a b c
          uruk run add.o --call 'int add(int, int)' 2 3
          uruk run round-trip.c -lz --memory
          uruk run -I/usr/include/lua5.4 host.c -llua5.4 -- script.lua

        Exit status: the program's own, 128 plus the signal's number if it crashed; 2 wrong usage,
        3 compiling, loading or linking failed. Reports go to stderr.
        """;
  }

  @Override
  public int run(List<String> arguments, Console console) {
    Preparation preparation = new Preparation();
    RunRequest request = RunRequest.of(arguments);
    if (request.help()) {
      console.out().print(help());
      return ExitStatus.SUCCESS;
    }
    if (request.verbose()) {
      Logging.toStandardError();
    }
    if (AotCache.state() == AotCache.REJECTED) {
      console.err().println(console.errStyle().doubtful("uruk run:") + " " + AotCache.complaint());
    }
    return new Run(request, console, preparation).run();
  }

  /** One run, step by step. */
  private static final class Run {

    private final RunRequest request;
    private final Console console;
    private final Preparation preparation;
    private final Inputs inputs;
    private final StepTimes times = new StepTimes();
    private final PhaseTimes phases = new PhaseTimes();

    Run(RunRequest request, Console console, Preparation preparation) {
      this.request = request;
      this.console = console;
      this.preparation = preparation;
      this.inputs = new Inputs(request.files());
    }

    int run() {
      Jit jit = linked();
      times.begin("run");
      ProgramDefaults.restoreLocale();
      ProgramDefaults.restoreSignals();
      if (request.call().isEmpty()) {
        int status = jit.runMain(request.files().programName(), request.programArguments());
        report(jit, null);
        return status;
      }
      FunctionCall.Outcome outcome = request.call().get().run(jit, console.out());
      report(jit, outcome.result());
      return outcome.status();
    }

    private JitBuilder builder() {
      JitBuilder builder = Jit.builder().warnings(console.err()::println);
      if (request.observers().gdb()) {
        builder.gdb();
      }
      if (request.observers().perf()) {
        builder.perf();
      }
      return builder;
    }

    private Jit linked() {
      Preparation.Session session = preparation.begin(() -> builder().create());
      try {
        return link(session);
      } finally {
        session.awaitAll();
      }
    }

    private Jit link(Preparation.Session session) {
      try (Progress progress = Progress.on(console)) {
        step(progress, "compile");
        inputs.compile();
        // Reads members of archives before they are linked, and ends links while others begin.
        Executor helper = Preparation.helper("uruk-helper");
        step(progress, "load");
        Optional<Program> program =
            request.tellsObjectsApart() || request.asksForNames()
                ? Optional.empty()
                : inputs.collect(console.err()::println, helper);
        step(progress, "set up");
        // Never closed: handlers that the program registered with atexit run when the process ends.
        Jit jit = session.get();
        jit.objects().readMembersAheadOn(helper);
        jit.objects().finishLinksOn(helper);
        if (request.reports().time()) {
          jit.objects().addPlugin(phases);
        }
        program.ifPresentOrElse(whole -> inputs.addTo(jit, whole), () -> addInputs(jit));
        times.begin("link");
        progress.begin("link", () -> jit.objects().objects().size());
        phases.begin();
        linkFirst(jit);
        if (request.observers().process()) {
          jit.exportSymbols();
        }
        times.end(request.reports().time() ? phases.milliseconds() : Map.of());
        return jit;
      }
    }

    private void addInputs(Jit jit) {
      if (request.tellsObjectsApart()) {
        inputs.addTo(jit);
      } else if (request.asksForNames()) {
        jit.objects().mergeMembers();
        inputs.addTo(jit);
      } else {
        inputs.addWholeTo(jit);
      }
    }

    private void linkFirst(Jit jit) {
      if (request.call().isEmpty()) {
        request.files().linkMain(jit);
        return;
      }
      String function = request.call().get().signature().name();
      try {
        // A function of the process or of a shared library will do as well.
        jit.session().lookup(jit.main().linkOrder(), function);
      } catch (SymbolsNotFoundException missing) {
        throw missing.symbols().equals(List.of(function))
            ? new CommandException(noFunction(function, missing.nearMisses()), missing)
            : missing;
      }
    }

    private String noFunction(String function, List<String> nearMisses) {
      StringBuilder text =
          new StringBuilder(
              "there is no %s in %s or the process's libraries. Name the file that defines it."
                  .formatted(function, request.files().inputNames()));
      nearMisses.forEach(hint -> text.append("\n  ").append(hint));
      return text.toString();
    }

    private void step(Progress progress, String name) {
      times.begin(name);
      progress.begin(name);
    }

    private void report(Jit jit, @Nullable JsonElement result) {
      times.end();
      if (request.reports().json()) {
        console.err().println(JsonReport.of(request.reports(), jit, times, result));
      } else if (request.reports().memory()) {
        console.err().print(MemoryTable.of(jit.objects().objects()));
      }
      if (request.reports().time() && !request.reports().json()) {
        console.err().print(times.text());
      }
      if (request.verbose()) {
        console.err().print(StartTimes.text());
      }
    }
  }
}
