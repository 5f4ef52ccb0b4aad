package uruk.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A {@code console} block: commands after {@code "$ "}, each followed by what it prints.
 *
 * <p>In the expected output {@code [..]} stands for anything within a line, a line {@code ...} for
 * any number of lines, and a last line {@code [3]} for the exit status 3; without it the status
 * must be 0.
 *
 * @param commands in order
 */
record ConsoleSession(List<Command> commands) {

  private static final Pattern STATUS_LINE = Pattern.compile("\\[(\\d+)]");

  /**
   * One command.
   *
   * @param text for the shell
   * @param output what it prints, stdout and stderr together
   * @param status its exit status
   */
  record Command(String text, String output, int status) {

    /** {@return whether the command printed what the page says} */
    boolean matches(String printed) {
      StringBuilder pattern = new StringBuilder();
      for (String line : output.lines().toList()) {
        if (line.equals("...")) {
          pattern.append("(?:.*\n)*?");
        } else {
          pattern.append(
              String.join(
                  ".*",
                  List.of(line.split("\\[\\.\\.]", -1)).stream().map(Pattern::quote).toList()));
          pattern.append('\n');
        }
      }
      return Pattern.matches(pattern.toString(), printed);
    }
  }

  static ConsoleSession of(String block) {
    List<Command> commands = new ArrayList<>();
    List<String> lines = block.lines().toList();
    int i = 0;
    while (i < lines.size()) {
      String first = lines.get(i++);
      if (!first.startsWith("$ ")) {
        throw new IllegalArgumentException("output before the first command: " + first);
      }
      StringBuilder output = new StringBuilder();
      int status = 0;
      while (i < lines.size() && !lines.get(i).startsWith("$ ")) {
        var statusLine = STATUS_LINE.matcher(lines.get(i));
        if (statusLine.matches()) {
          status = Integer.parseInt(statusLine.group(1));
        } else {
          output.append(lines.get(i)).append('\n');
        }
        i++;
      }
      commands.add(new Command(first.substring(2), output.toString(), status));
    }
    return new ConsoleSession(commands);
  }
}
