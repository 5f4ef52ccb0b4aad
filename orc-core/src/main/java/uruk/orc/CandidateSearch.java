package uruk.orc;

import org.jspecify.annotations.Nullable;

/**
 * How far a look-up has walked its search order, and which names it still looks for: the candidates
 * of the dylib that it has reached, and those that this dylib defines but hides. Guarded by the
 * session lock.
 */
final class CandidateSearch {
  private static final int[] NONE = {};

  private final SearchOrder order;
  private final SymbolLookupSet names;
  private final int[] candidates;
  private int candidateCount;
  private int[] hidden = NONE; // made when there is one
  private int hiddenCount;
  private int dylibAt;
  private int generatorAt;
  private @Nullable GeneratorList generators;

  /** Takes what is found. */
  interface Match {
    void found(int name, SymbolEntry entry);
  }

  CandidateSearch(SearchOrder order, SymbolLookupSet names) {
    this.order = order;
    this.names = names;
    candidates = new int[names.size()];
    for (int at = 0; at < candidates.length; at++) {
      candidates[at] = at;
    }
    candidateCount = candidates.length;
  }

  /** {@return whether every name is found, or every dylib searched} */
  boolean isFinished() {
    return dylibAt == order.size() || candidateCount + hiddenCount == 0;
  }

  /** {@return the dylib that the walk has reached, and which of its symbols are seen} */
  SearchOrder.Entry current() {
    return order.entries().get(dylibAt);
  }

  /** {@return the names that the current dylib does not define} */
  SymbolLookupSet candidates() {
    return candidateCount == candidates.length ? names : names.at(candidates, candidateCount);
  }

  /**
   * Looks in the current dylib. Names that it shows leave the candidates; those that it hides come
   * back for the next dylib.
   */
  void match(ExecutionSession session, Match match) {
    int kept = 0;
    for (int at = 0; at < candidateCount; at++) {
      int name = candidates[at];
      session.countStep();
      SymbolEntry entry = order.find(dylibAt, names.nameAt(name));
      if (entry == null) {
        candidates[kept++] = name;
      } else if (entry.isVisible(order.matchesAllAt(dylibAt))) {
        match.found(name, entry);
      } else {
        hide(name);
      }
    }
    candidateCount = kept;
  }

  private void hide(int name) {
    if (hidden.length == 0) {
      hidden = new int[candidates.length];
    }
    hidden[hiddenCount++] = name;
  }

  /**
   * {@return the generator of the current dylib to ask next, or null if there is nothing to ask}
   */
  @Nullable GeneratorSlot nextGenerator() {
    if (generators == null) {
      generators = order.generatorsAt(dylibAt);
    }
    return candidateCount > 0 && generatorAt < generators.size()
        ? generators.get(generatorAt)
        : null;
  }

  /** The generator has been asked. */
  void generatorAsked() {
    generatorAt++;
  }

  void nextDylib() {
    System.arraycopy(hidden, 0, candidates, candidateCount, hiddenCount);
    candidateCount += hiddenCount;
    hiddenCount = 0;
    generatorAt = 0;
    generators = null;
    dylibAt++;
  }
}
