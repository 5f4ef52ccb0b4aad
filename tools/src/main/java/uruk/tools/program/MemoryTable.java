package uruk.tools.program;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import uruk.materialization.LinkedObject;
import uruk.materialization.MemoryLedger;
import uruk.materialization.MemoryLedger.Kind;

/** What the memory of each linked object is used for, as a table of bytes. */
public final class MemoryTable {

  private MemoryTable() {}

  /** {@return the table, one line an object, and their sum} */
  public static String of(List<LinkedObject> objects) {
    MemoryLedger sum = MemoryLedger.EMPTY;
    for (LinkedObject object : objects) {
      sum = sum.plus(object.ledger());
    }
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (Kind kind : Kind.values()) {
      if (sum.bytes(kind) != 0) {
        kinds.add(kind);
      }
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(heading(kinds));
    objects.forEach(object -> rows.add(row(object.name(), object.ledger(), kinds)));
    rows.add(row("all " + objects.size() + " objects", sum, kinds));
    return aligned(rows);
  }

  private static List<String> heading(Set<Kind> kinds) {
    List<String> cells = new ArrayList<>(List.of("bytes"));
    kinds.forEach(kind -> cells.add(kind.toString()));
    cells.add("total");
    return cells;
  }

  private static List<String> row(String name, MemoryLedger ledger, Set<Kind> kinds) {
    List<String> cells = new ArrayList<>(List.of(name));
    kinds.forEach(kind -> cells.add(Long.toString(ledger.bytes(kind))));
    cells.add(Long.toString(ledger.total()));
    return cells;
  }

  /** The first column to the left, numbers to the right. */
  private static String aligned(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append(row.getFirst()).repeat(' ', widths[0] - row.getFirst().length());
      for (int column = 1; column < columns; column++) {
        String cell = row.get(column);
        text.repeat(' ', 2 + widths[column] - cell.length()).append(cell);
      }
      text.append('\n');
    }
    return text.toString();
  }
}
