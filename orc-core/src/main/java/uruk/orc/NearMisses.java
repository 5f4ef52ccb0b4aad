package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Hints for names that were not found: what they may have meant. Reads tables without the lock. */
final class NearMisses {
  private static final int HINTS_PER_NAME = 3;
  private static final int NAMES = 5;
  private static final int SYMBOLS_PER_DYLIB = 50_000;

  private NearMisses() {}

  static List<String> of(ExecutionSession session, SearchOrder order, List<String> missing) {
    List<String> hints = new ArrayList<>();
    for (String name : missing.subList(0, Math.min(NAMES, missing.size()))) {
      hints.addAll(hints(session, order, name));
    }
    return List.copyOf(hints);
  }

  private static List<String> hints(ExecutionSession session, SearchOrder order, String name) {
    Set<String> hints = new LinkedHashSet<>();
    Set<JITDylib> searched = new LinkedHashSet<>();
    for (SearchOrder.Entry entry : order.entries()) {
      searched.add(entry.dylib());
      SymbolEntry found = entry.dylib().table().find(name);
      if (found != null) {
        hints.add(
            found.isSideEffectsOnly()
                ? "%s in \"%s\" has side effects only: reference it weakly"
                    .formatted(name, entry.dylib().name())
                : "%s in \"%s\" is hidden from this search".formatted(name, entry.dylib().name()));
      }
    }
    for (JITDylib dylib : session.jitDylibs()) {
      if (!searched.contains(dylib) && dylib.table().find(name) != null) {
        hints.add("%s is defined in \"%s\", which was not searched".formatted(name, dylib.name()));
      }
    }
    searched.forEach(dylib -> addSimilar(dylib, name, hints));
    return hints.stream().limit(HINTS_PER_NAME).toList();
  }

  private static void addSimilar(JITDylib dylib, String name, Set<String> hints) {
    int tolerance = name.length() < 4 ? 1 : 2;
    int looked = 0;
    for (SymbolEntry entry : dylib.table().snapshot()) {
      if (entry == null || entry.isRemoved() || looked++ > SYMBOLS_PER_DYLIB) {
        continue;
      }
      if (isSimilar(entry.name(), name, tolerance)) {
        hints.add("did you mean %s (in \"%s\")?".formatted(entry.name(), dylib.name()));
      }
    }
  }

  private static boolean isSimilar(String a, String b, int tolerance) {
    return Math.abs(a.length() - b.length()) <= tolerance
        && !a.equals(b)
        && distance(a, b, tolerance) <= tolerance;
  }

  /** {@return the number of edits between the two, or something above the limit} */
  private static int distance(String a, String b, int limit) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      int best = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
        best = Math.min(best, current[j]);
      }
      if (best > limit) {
        return best;
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
