package uruk.tools.inspect;

import java.util.ArrayList;
import java.util.List;

/** Lines in columns as wide as their widest word; the last column is as long as it likes. */
final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();
  private final int columns;
  private final String right;

  /**
   * @param right for each column {@code r} if numbers stand in it, else {@code l}
   * @param titles the first line
   */
  TextTable(String right, String... titles) {
    this.columns = titles.length;
    this.right = right;
    rows.add(List.of(titles));
  }

  TextTable row(Object... cells) {
    List<String> row = new ArrayList<>(columns);
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
    return this;
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  void print(Page page) {
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    page.faint(line(rows.getFirst(), widths));
    for (List<String> row : rows.subList(1, rows.size())) {
      page.line(line(row, widths));
    }
  }

  private String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < columns; i++) {
      String cell = row.get(i);
      String padding = " ".repeat(widths[i] - cell.length());
      line.append("  ").append(right.charAt(i) == 'r' ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }
}
