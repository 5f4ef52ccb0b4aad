package uruk.tools.inspect;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uruk.tools.UsageException;
import uruk.tools.option.Argument;
import uruk.tools.option.CommandLine;

/**
 * A command line of {@code uruk inspect}, understood.
 *
 * @param files what to look at
 * @param graph how to print the link graph, if it is wanted instead of the tables
 * @param after the phase after which the graph is printed
 * @param address where the graph is linked
 * @param symbol the only symbol to be shown
 * @param member the only member of an archive to be shown
 * @param disassemble whether machine code is shown
 * @param json whether tables are printed as JSON
 * @param output where to write, if not to the terminal
 * @param help whether only the help text is wanted
 */
record InspectRequest(
    List<Path> files,
    Optional<GraphFormat> graph,
    Phase after,
    long address,
    Optional<String> symbol,
    Optional<String> member,
    boolean disassemble,
    boolean json,
    Optional<Path> output,
    boolean help) {

  /** Where a program that is not position-independent could be: everything is in reach there. */
  private static final long DEFAULT_ADDRESS = 0x1000_0000;

  static InspectRequest of(List<String> words) {
    CommandLine<InspectOption> line = CommandLine.parse(List.of(InspectOption.values()), words);
    if (!line.rest().isEmpty()) {
      throw new UsageException("nothing may follow '--'");
    }
    Reader reader = new Reader();
    for (Argument<InspectOption> argument : line.arguments()) {
      switch (argument) {
        case Argument.Operand<InspectOption> operand -> reader.files.add(Path.of(operand.word()));
        case Argument.Setting<InspectOption> setting ->
            reader.set(setting.option(), setting.value());
      }
    }
    return reader.request();
  }

  /** Collects the settings of one command line. */
  private static final class Reader {
    private final List<Path> files = new ArrayList<>();
    private Optional<GraphFormat> graph = Optional.empty();
    private Optional<Phase> after = Optional.empty();
    private Optional<Long> address = Optional.empty();
    private Optional<String> symbol = Optional.empty();
    private Optional<String> member = Optional.empty();
    private boolean disassemble;
    private boolean json;
    private Optional<Path> output = Optional.empty();
    private boolean help;

    void set(InspectOption option, String value) {
      switch (option) {
        case GRAPH -> graph = Optional.of(GraphFormat.of(value));
        case AFTER -> after = Optional.of(Phase.of(value));
        case ADDRESS -> address = Optional.of(hexadecimal(value));
        case SYMBOL -> symbol = Optional.of(value);
        case MEMBER -> member = Optional.of(value);
        case DISASSEMBLE -> disassemble = true;
        case JSON -> json = true;
        case OUTPUT -> output = Optional.of(Path.of(value));
        case HELP -> help = true;
      }
    }

    private static long hexadecimal(String value) {
      try {
        return Long.parseUnsignedLong(value.replaceFirst("^0[xX]", ""), 16);
      } catch (NumberFormatException e) {
        throw new UsageException("'%s' is no address in hexadecimal".formatted(value));
      }
    }

    InspectRequest request() {
      if (files.isEmpty() && !help) {
        throw new UsageException("no file to inspect");
      }
      if (graph.isEmpty() && after.isEmpty() && address.isPresent()) {
        throw new UsageException("--address goes with --graph or --after");
      }
      if (graph.isPresent() && (json || disassemble)) {
        throw new UsageException("--graph has a format of its own: leave --json and --disassemble");
      }
      Optional<GraphFormat> format =
          graph.isEmpty() && after.isPresent() ? Optional.of(GraphFormat.TEXT) : graph;
      return new InspectRequest(
          List.copyOf(files),
          format,
          after.orElse(Phase.READ),
          address.orElse(DEFAULT_ADDRESS),
          symbol,
          member,
          disassemble,
          json,
          output,
          help);
    }
  }
}
