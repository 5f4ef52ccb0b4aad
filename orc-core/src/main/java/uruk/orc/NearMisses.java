package uruk.orc;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Hints for names that were not found: what they may have meant, of what dylibs define and of what
 * their generators could define. Reads tables without the lock.
 */
final class NearMisses {
  private static final int HINTS_PER_NAME = 3;
  private static final int NAMES = 5;
  private static final int SYMBOLS_PER_DYLIB = 50_000;

  private final ExecutionSession session;
  private final Set<JITDylib> searched = new LinkedHashSet<>();
  private final SearchOrder order;

  /** A name that is like the missing one, and where it is. */
  private record Guess(String name, String place, int distance) {}

  private NearMisses(ExecutionSession session, SearchOrder order) {
    this.session = session;
    this.order = order;
    order.entries().forEach(entry -> searched.add(entry.dylib()));
  }

  static List<String> of(ExecutionSession session, SearchOrder order, List<String> missing) {
    NearMisses misses = new NearMisses(session, order);
    List<String> hints = new ArrayList<>();
    missing.stream().limit(NAMES).forEach(name -> hints.addAll(misses.hints(name)));
    return List.copyOf(hints);
  }

  private List<String> hints(String name) {
    Set<String> hints = new LinkedHashSet<>();
    for (SearchOrder.Entry entry : order.entries()) {
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
    guesses(name).stream()
        .sorted(Comparator.comparingInt(Guess::distance))
        .map(guess -> "did you mean %s (in %s)?".formatted(guess.name(), guess.place()))
        .forEach(hints::add);
    return hints.stream().limit(HINTS_PER_NAME).toList();
  }

  private List<Guess> guesses(String name) {
    List<Guess> guesses = new ArrayList<>();
    for (JITDylib dylib : searched) {
      String place = "\"%s\"".formatted(dylib.name());
      dylib
          .table()
          .entries()
          .limit(SYMBOLS_PER_DYLIB)
          .forEach(entry -> addIfSimilar(entry.name(), name, place, guesses));
    }
    for (JITDylib dylib : searched) {
      for (DefinitionGenerator generator : dylib.generators()) {
        guesses.addAll(guesses(name, generator));
      }
    }
    return guesses;
  }

  /** A generator that cannot tell must not hide the error that is being explained. */
  private static List<Guess> guesses(String name, DefinitionGenerator generator) {
    int tolerance = tolerance(name);
    List<Guess> guesses = new ArrayList<>();
    try {
      for (String candidate :
          generator.names(each -> distance(each, name, tolerance) <= tolerance)) {
        addIfSimilar(candidate, name, generator.toString(), guesses);
      }
    } catch (Throwable unreadable) {
      return List.of();
    }
    return guesses;
  }

  private static void addIfSimilar(String candidate, String name, String place, List<Guess> found) {
    int distance = distance(candidate, name, tolerance(name));
    boolean known = found.stream().anyMatch(guess -> guess.name().equals(candidate));
    if (distance > 0 && distance <= tolerance(name) && !known) {
      found.add(new Guess(candidate, place, distance));
    }
  }

  /** In a short name a second other letter makes another word, in a single letter the first. */
  private static int tolerance(String name) {
    return name.length() < 2 ? 0 : name.length() < 8 ? 1 : 2;
  }

  /**
   * {@return the number of letters to be put in, left out, replaced or swapped with their
   * neighbours to make one name of the other (optimal string alignment), or something above the
   * limit}
   */
  private static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) > limit) {
      return limit + 1;
    }
    int[] beforePrevious = new int[b.length() + 1];
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
        if (areSwapped(a, i, b, j)) {
          current[j] = Math.min(current[j], beforePrevious[j - 2] + 1);
        }
        best = Math.min(best, current[j]);
      }
      if (best > limit + 1) {
        return best; // a swap may still gain one
      }
      int[] spare = beforePrevious;
      beforePrevious = previous;
      previous = current;
      current = spare;
    }
    return previous[b.length()];
  }

  private static boolean areSwapped(String a, int i, String b, int j) {
    return i > 1
        && j > 1
        && a.charAt(i - 1) == b.charAt(j - 2)
        && a.charAt(i - 2) == b.charAt(j - 1);
  }
}
