package uruk.orc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
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

  static void define(
      JITDylib dylib, TrackerState tracker, MaterializationUnit unit, Outcome outcome) {
    dylib.checkOpen();
    tracker.checkUsable();
    if (unit.symbols().isEmpty()) {
      return;
    }
    Addition addition = new Addition(dylib, tracker, unit, outcome);
    addition.checkClashes();
    Platform platform = dylib.session().platform();
    if (platform != null) {
      platform.notifyAdding(tracker.handle(), unit);
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

  static DuplicateDefinitionException duplicate(
      MaterializationUnit unit, SymbolEntry existing, boolean boundWeak) {
    return duplicate(
        unit.name(),
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
      MaterializationUnit unit, SymbolEntry existing, CommonExtent extent, CommonExtent bound) {
    return duplicate(
        unit.name(),
        existing,
        "The common symbol has been searched with %d bytes aligned to %d and cannot become %d bytes aligned to %d: define the larger one before the first look-up."
            .formatted(bound.size(), bound.alignment(), extent.size(), extent.alignment()));
  }

  /** A unit on its way into the table. */
  private static final class Addition {
    private final Outcome outcome;
    private final JITDylib dylib;
    private final MaterializationUnit unit;
    private final Definition definition;
    private final SymbolEntryArray entries;
    private final List<String> discarded = new ArrayList<>(0);
    private @Nullable Map<String, CommonExtent> commons;

    private Addition(
        JITDylib dylib, TrackerState tracker, MaterializationUnit unit, Outcome outcome) {
      this.outcome = outcome;
      this.dylib = dylib;
      this.unit = unit;
      this.definition = new Definition(dylib, tracker, unit.name(), new SymbolEntry[0]);
      this.entries = new SymbolEntryArray(unit.symbols().size());
      unit.symbols().forEach(this::askForExtent);
    }

    private void askForExtent(String name, SymbolFlags flags) {
      CommonExtent extent = flags.isCommon() ? unit.commonExtent(name) : null;
      if (extent != null) {
        keepExtent(name, extent);
      }
    }

    private void keepExtent(String name, CommonExtent extent) {
      if (commons == null) {
        commons = new LinkedHashMap<>();
      }
      commons.put(name, extent);
    }

    private @Nullable CommonExtent extent(String name) {
      return commons == null ? null : commons.get(name);
    }

    private void checkClashes() {
      if (dylib.table().size() == 0) {
        return;
      }
      SymbolMap.forEach(
          unit.symbols(),
          (name, hash, flags) -> {
            SymbolEntry existing = dylib.table().find(name, hash);
            if (existing != null) {
              var _ = judge(name, flags, existing);
            }
          });
    }

    private Verdict judge(String name, SymbolFlags flags, SymbolEntry existing) {
      boolean searched = existing.state() != SymbolState.NEVER_SEARCHED;
      CommonExtent extent = extent(name);
      CommonExtent bound = extentOf(ownerOf(existing), name);
      if (flags.isStrong()) {
        if (existing.flags().isStrong() || searched) {
          throw duplicate(unit, existing, searched && !existing.flags().isStrong());
        }
        return Verdict.REPLACE_EXISTING;
      }
      if (extent == null || bound == null) {
        return Verdict.DISCARD_NEW;
      }
      if (searched && !bound.max(extent).equals(bound)) {
        throw largerCommon(unit, existing, extent, bound);
      }
      return !searched && extent.size() > bound.size()
          ? Verdict.REPLACE_EXISTING
          : Verdict.DISCARD_NEW;
    }

    private void addAll() {
      Map<String, SymbolFlags> symbols = unit.symbols();
      dylib.session().lock().tablesChange();
      dylib.table().reserve(symbols.size());
      SymbolMap.forEach(symbols, this::add);
      finish();
    }

    private void add(String name, int hash, SymbolFlags flags) {
      SymbolEntry entry = new SymbolEntry(name, hash, flags, definition);
      SymbolEntry existing = dylib.table().addIfAbsent(entry);
      if (existing == null) {
        added(entry);
      } else {
        settle(entry, flags, existing);
      }
    }

    private void added(SymbolEntry entry) {
      entries.add(entry);
      dylib.session().events().defined(dylib, entry.name());
    }

    private void settle(SymbolEntry entry, SymbolFlags flags, SymbolEntry existing) {
      String name = entry.name();
      CommonExtent extent = extent(name);
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
      if (merged != null && !merged.equals(extent)) {
        keepExtent(name, merged);
        outcome.tellUnit(() -> unit.commonMerged(dylib, name, merged));
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
        definition.attach(unit);
        definition.commons = commons;
        if (discarded.contains(definition.initSymbol)) {
          definition.initSymbol = null;
        }
        definition.tracker.add(definition);
      }
      discarded.forEach(name -> outcome.tellUnit(() -> unit.discard(dylib, name)));
    }
  }
}
