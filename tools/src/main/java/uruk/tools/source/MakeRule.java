package uruk.tools.source;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The make rule that compilers write with {@code -MD}: {@code target: file file \ file}. */
final class MakeRule {

  /** Before an environment variable that rustc has read, as {@code env!("NAME")} makes it do. */
  private static final String VARIABLE = "# env-dep:";

  private MakeRule() {}

  /**
   * {@return the environment variables that rustc notes behind its rules: {@code NAME=value}, or
   * {@code NAME} if there was none}
   *
   * @param rule the text of the file
   */
  static List<String> variables(String rule) {
    return rule.lines()
        .filter(line -> line.startsWith(VARIABLE))
        .map(line -> line.substring(VARIABLE.length()))
        .toList();
  }

  /** {@return a variable as rustc would note it} */
  static String variable(String name, @Nullable String value) {
    return value == null
        ? name
        : name + "=" + value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  /**
   * {@return the files after the colon}
   *
   * <p>Only the first rule counts: rustc lets others follow, and comments. A blank in a name is
   * written with a backslash before it, a dollar sign twice.
   *
   * @param rule the text of the file
   */
  static List<String> prerequisites(String rule) {
    List<String> files = new ArrayList<>();
    StringBuilder file = new StringBuilder();
    for (int i = rule.indexOf(": ") + 1; i < rule.length(); i++) {
      char c = rule.charAt(i);
      char next = i + 1 < rule.length() ? rule.charAt(i + 1) : '\n';
      if (c == '\\' && (next == ' ' || next == '#')) {
        file.append(next);
        i++;
      } else if (c == '$' && next == '$') {
        file.append('$');
        i++;
      } else if (c == '\\' && next == '\n') {
        addUnlessEmpty(files, file);
        i++;
      } else if (c == '\n') {
        break;
      } else if (c == ' ') {
        addUnlessEmpty(files, file);
      } else {
        file.append(c);
      }
    }
    addUnlessEmpty(files, file);
    return files;
  }

  private static void addUnlessEmpty(List<String> files, StringBuilder file) {
    if (!file.isEmpty()) {
      files.add(file.toString());
      file.setLength(0);
    }
  }
}
