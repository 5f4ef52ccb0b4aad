package uruk.tools.source;

import java.util.ArrayList;
import java.util.List;

/** The make rule that compilers write with {@code -MD}: {@code target: file file \ file}. */
final class MakeRule {

  private MakeRule() {}

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
