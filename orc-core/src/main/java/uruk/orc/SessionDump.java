package uruk.orc;

import java.util.Comparator;
import java.util.List;

/** The state of a session as text. Made under the session lock. */
final class SessionDump {
  private SessionDump() {}

  static String of(ExecutionSession session) {
    StringBuilder text = new StringBuilder();
    session.jitDylibs().forEach(dylib -> describe(dylib, text));
    String stalled = StallReport.of(session.lookups().inFlight());
    if (!stalled.isEmpty()) {
      text.append("Waiting look-ups:\n").append(stalled.indent(4));
    }
    return text.toString();
  }

  private static void describe(JITDylib dylib, StringBuilder text) {
    text.append("JITDylib \"%s\" (State = %s)\n".formatted(dylib.name(), dylib.state().text()));
    text.append("Link order: ").append(dylib.linkOrder()).append('\n');
    text.append("Symbol table:\n");
    List<SymbolEntry> entries =
        dylib.table().entries().sorted(Comparator.comparing(SymbolEntry::name)).toList();
    int width = entries.stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
    for (SymbolEntry entry : entries) {
      describe(entry, width, text);
    }
  }

  private static void describe(SymbolEntry entry, int width, StringBuilder text) {
    text.append("    \"").append(entry.name()).append("\": ");
    text.repeat(' ', width - entry.name().length());
    text.append(
        entry.isAtLeast(SymbolState.RESOLVED) && !entry.isSideEffectsOnly()
            ? "0x%x ".formatted(entry.address())
            : "<not resolved>  ");
    text.append(entry.flags()).append(' ').append(entry.state().text());
    if (entry.owner != null && entry.owner.isAttached()) {
      text.append(" (Materializer ").append(entry.owner.unitName()).append(')');
    }
    text.append('\n');
  }
}
