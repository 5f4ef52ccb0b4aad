package uruk.tools.watch;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jit.Jit;
import uruk.tools.Command;
import uruk.tools.Console;
import uruk.tools.ExitStatus;
import uruk.tools.FailureReport;
import uruk.tools.Logging;
import uruk.tools.Terminal;
import uruk.tools.option.Option;
import uruk.tools.option.OptionHelp;

/** {@code uruk watch}: runs a program and replaces its objects when their files are edited. */
public final class WatchCommand implements Command {

  /** How many updates of a file can be taken back. */
  private static final int KEPT_GENERATIONS = 20;

  /** Creates the command. */
  public WatchCommand() {}

  @Override
  public String name() {
    return "watch";
  }

  @Override
  public String summary() {
    return "run a program, and replace its objects while their files are edited";
  }

  @Override
  public List<Option> options() {
    return WatchRequest.OPTIONS;
  }

  @Override
  public String help() {
    return """
    Usage: uruk watch [OPTIONS] FILES... [-- ARGUMENTS]

    Runs a program as "uruk run" does. Whenever a source, a file that it includes, or an object is
    written, it is compiled and takes the place of its older version in the running program: calls
    lead to the new functions, calls that run end in the old ones. What cannot be replaced is
    refused with the reason, and the program runs on as it was. Archives and shared libraries are
    not watched.

    At a terminal, :help at the prompt lists what can be asked; the terminal's input is the
    prompt's then, not the program's.

    Options:
    """
        + OptionHelp.of(options())
        + """

        Examples:
          uruk watch server.c handler.c
          uruk watch --keep -O1 game.c -lm -- --level 2
          uruk watch app.o logic.o

        Exit status: the program's own, 128 plus the signal's number if it crashed; 0 after :quit;
        2 wrong usage, 3 compiling, loading or linking failed at the start.
        """;
  }

  @Override
  public int run(List<String> arguments, Console console) {
    WatchRequest request = WatchRequest.of(arguments);
    if (request.help()) {
      console.out().print(help());
      return ExitStatus.SUCCESS;
    }
    if (request.verbose()) {
      Logging.toStandardError();
    }
    // Never closed: the program's threads may run until the process ends. What an update fails with
    // is told where the update is made.
    Jit jit = Jit.builder().warnings(console.err()::println).errorReporter(error -> {}).create();
    jit.objects().setBindingPolicy(jit.main(), request.binding());
    jit.objects().keepGenerations(KEPT_GENERATIONS);
    Instant begun = Instant.now();
    WatchedProgram program = new WatchedProgram(request.files(), request.data(), jit);
    boolean attended = Terminal.INPUT.isTerminal() && Terminal.OUTPUT.isTerminal();
    try (FileChanges changes = new FileChanges();
        @Nullable Prompt prompt = attended ? new Prompt() : null) {
      changes.watch(program.watchedFiles(), begun);
      Thread follower = new Thread(() -> follow(program, changes, prompt, console), "watch");
      follower.setDaemon(true);
      follower.start();
      if (prompt != null) {
        converse(prompt, program);
      }
      return program.run(request.programArguments());
    }
  }

  private static void follow(
      WatchedProgram program, FileChanges changes, @Nullable Prompt prompt, Console console) {
    try {
      while (true) {
        Set<Path> changed = changes.await();
        try {
          Instant begun = Instant.now();
          program.follow(changed).forEach(line -> say(line, prompt, console));
          changes.watch(program.watchedFiles(), begun);
        } catch (RuntimeException failure) {
          say(FailureReport.text(failure), prompt, console); // the next change may go better
        }
      }
    } catch (InterruptedException _) {
      // The program has ended.
    }
  }

  private static void say(String line, @Nullable Prompt prompt, Console console) {
    if (prompt == null) {
      console.err().println(line);
    } else {
      prompt.say(line);
    }
  }

  /** Who leaves the prompt leaves the program, which cannot be stopped in another way. */
  private static void converse(Prompt prompt, WatchedProgram program) {
    Thread.ofPlatform()
        .daemon()
        .name("prompt")
        .start(() -> {
          prompt.converse(program);
          prompt.close();
          System.exit(ExitStatus.SUCCESS);
        });
  }
}
