package uruk.tools.inspect;

/** Text for a person: with titles that stand out if it goes to a terminal. */
final class Page {
  private static final String BOLD = "\u001b[1m";
  private static final String FAINT = "\u001b[2m";
  private static final String PLAIN = "\u001b[0m";

  private final StringBuilder text = new StringBuilder();
  private final boolean coloured;

  Page(boolean coloured) {
    this.coloured = coloured;
  }

  void title(String title) {
    styled(BOLD, title);
  }

  void faint(String line) {
    styled(FAINT, line);
  }

  void line(String line) {
    text.append(line).append('\n');
  }

  /** Begins a part with an empty line and a title, unless its table is empty. */
  void part(String title, TextTable table) {
    if (!table.isEmpty()) {
      line("");
      title(title);
      table.print(this);
    }
  }

  private void styled(String style, String line) {
    line(coloured ? style + line + PLAIN : line);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
