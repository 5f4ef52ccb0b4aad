package uruk.orc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who wins when a name is defined twice in a dylib. A strong definition replaces a weak or common
 * one that nothing has searched; among weak and common ones the first wins, except that the largest
 * common wins while nothing has searched it. All rules run under the session lock.
 */
final class DefinitionRules {
  private DefinitionRules() {}

  /** What becomes of one definition of a new unit. */
  private enum Verdict {
    ADD,
    REPLACE_EXISTING,
    DISCARD_NEW
  }

  static void define(JITDylib dylib, TrackerState tracker, UnitPromise promise, Outcome outcome) {
    dylib.checkOpen();
    tracker.checkUsable();
    if (promise.symbols().isEmpty()) {
      return;
    }
    Addition addition = new Addition(dylib, tracker, promise, outcome);
    addition.checkClashes();
    Platform platform = dylib.session().platform();
    if (platform != null) {
      platform.notifyAdding(tracker.handle(), promise.unit());
      // It may have done anything to this dylib.
      dylib.checkOpen();
      tracker.checkUsable();
      addition.checkClashes();
    }
    addition.addAll();
  }

  private static Definition ownerOf(SymbolEntry existing) {
    if (existing.owner == null) {
      throw new AssertionError(existing + " is in a table without an owner");
    }
    return existing.owner;
  }

  private static @Nullable CommonExtent extentOf(Definition owner, String name) {
    return owner.commons == null ? null : owner.commons.get(name);
  }

  private static DuplicateDefinitionException duplicate(
      UnitPromise promise, SymbolEntry existing, boolean boundWeak) {
    return duplicate(
        promise.name(),
        existing,
        boundWeak
            ? "That one is weak, but has been searched and can no longer be overridden: define the"
                + " strong one before the first look-up."
            : "Remove that one with its tracker first, or make one of them weak.");
  }

  static DuplicateDefinitionException duplicate(
      String unitName, SymbolEntry existing, String hint) {
    Definition owner = ownerOf(existing);
    return new DuplicateDefinitionException(
        new SymbolInstance(owner.dylib(), existing.name()), unitName, owner.unitName(), hint);
  }

  private static DuplicateDefinitionException largerCommon(
      UnitPromise promise, SymbolEntry existing, CommonExtent extent, CommonExtent bound) {
    return duplicate(
        promise.name(),
        existing,
        "The common symbol has been searched with %d bytes aligned to %d and cannot become %d bytes aligned to %d: define the larger one before the first look-up."
            .formatted(bound.size(), bound.alignment(), extent.size(), extent.alignment()));
  }

  /** A unit on its way into the table. */
  private static final class Addition {
    private final Outcome outcome;
    private final JITDylib dylib;
    private final UnitPromise promise;
    private final Definition definition;
    private final SymbolEntryArray entries;
    private final List<String> discarded = new ArrayList<>(0);

    private Addition(JITDylib dylib, TrackerState tracker, UnitPromise promise, Outcome outcome) {
      this.outcome = outcome;
      this.dylib = dylib;
      this.promise = promise;
      this.definition = new Definition(dylib, tracker, promise.name());
      this.entries = new SymbolEntryArray(promise.symbols().size());
    }

    private void checkClashes() {
      if (dylib.table().size() == 0) {
        return;
      }
      HashedNames.forEach(
          dylib.table(),
          promise.symbols(),
          (name, hash, flags) -> {
            SymbolEntry existing = dylib.table().find(name, hash);
            if (existing != null) {
              var _ = judge(name, flags, existing);
            }
          });
    }

    private Verdict judge(String name, SymbolFlags flags, SymbolEntry existing) {
      boolean searched = existing.state() != SymbolState.NEVER_SEARCHED;
      CommonExtent extent = promise.extent(name);
      CommonExtent bound = extentOf(ownerOf(existing), name);
      if (flags.isStrong()) {
        if (existing.flags().isStrong() || searched) {
          throw duplicate(promise, existing, searched && !existing.flags().isStrong());
        }
        return Verdict.REPLACE_EXISTING;
      }
      if (extent == null || bound == null) {
        return Verdict.DISCARD_NEW;
      }
      if (searched && !bound.max(extent).equals(bound)) {
        throw largerCommon(promise, existing, extent, bound);
      }
      return !searched && extent.size() > bound.size()
          ? Verdict.REPLACE_EXISTING
          : Verdict.DISCARD_NEW;
    }

    private void addAll() {
      Map<String, SymbolFlags> symbols = promise.symbols();
      NameIndex index = dylib.table().size() == 0 ? SymbolMap.index(symbols) : null;
      dylib.session().lock().tablesChange();
      if (index == null) {
        addEach(symbols);
      } else {
        addToNothing(symbols, index);
      }
      finish();
    }

    private void addEach(Map<String, SymbolFlags> symbols) {
      dylib.table().reserve(symbols.size());
      HashedNames.forEach(dylib.table(), symbols, this::add);
    }

    /** The table has no entry, and the unit's own index says where each goes. */
    private void addToNothing(Map<String, SymbolFlags> symbols, NameIndex index) {
      symbols.forEach((name, flags) -> added(new SymbolEntry(name, flags, definition)));
      dylib.table().fill(index, entries.toArray());
    }

    private void add(String name, int hash, SymbolFlags flags) {
      SymbolEntry entry = new SymbolEntry(name, flags, definition);
      SymbolEntry existing = dylib.table().addIfAbsent(entry, hash);
      if (existing == null) {
        added(entry);
      } else if (existing.owner != definition) { // else the unit's map holds the name twice
        settle(entry, flags, existing);
      }
    }

    private void added(SymbolEntry entry) {
      entries.add(entry);
      dylib.session().events().defined(dylib, entry.name());
    }

    private void settle(SymbolEntry entry, SymbolFlags flags, SymbolEntry existing) {
      String name = entry.name();
      CommonExtent extent = promise.extent(name);
      CommonExtent bound = extentOf(ownerOf(existing), name);
      CommonExtent merged = extent == null || bound == null ? null : extent.max(bound);
      if (judge(name, flags, existing) == Verdict.DISCARD_NEW) {
        discarded.add(name);
        if (merged != null && !merged.equals(bound)) {
          growExisting(existing, merged);
        }
        return;
      }
      dylib.table().replace(existing, entry);
      added(entry);
      discardExisting(existing);
      if (merged != null && promise.commons() != null && !merged.equals(extent)) {
        promise.commons().put(name, merged);
        outcome.tellUnit(() -> promise.unit().commonMerged(dylib, name, merged));
      }
    }

    private void growExisting(SymbolEntry existing, CommonExtent merged) {
      Definition owner = ownerOf(existing);
      MaterializationUnit winner = owner.unit;
      if (owner.commons != null && winner != null) {
        owner.commons.put(existing.name(), merged);
        outcome.tellUnit(() -> winner.commonMerged(dylib, existing.name(), merged));
      }
    }

    private void discardExisting(SymbolEntry existing) {
      Definition owner = ownerOf(existing);
      MaterializationUnit loser = owner.unit;
      existing.retire();
      Removal.symbolLeft(owner, existing.name());
      if (loser != null) {
        outcome.tellUnit(() -> loser.discard(dylib, existing.name()));
      }
    }

    private void finish() {
      definition.consistOf(entries.toArray());
      if (definition.live > 0) {
        definition.attach(promise.unit());
        definition.commons = promise.commons();
        if (discarded.contains(definition.initSymbol)) {
          definition.initSymbol = null;
        }
        definition.tracker.add(definition);
      }
      discarded.forEach(name -> outcome.tellUnit(() -> promise.unit().discard(dylib, name)));
    }
  }
}
