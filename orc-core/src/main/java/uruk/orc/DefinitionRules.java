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

  static void define(JITDylib dylib, TrackerState tracker, MaterializationUnit unit) {
    dylib.checkOpen();
    tracker.checkUsable();
    Map<String, SymbolFlags> symbols = unit.symbols();
    if (symbols.isEmpty()) {
      return;
    }
    checkClashes(dylib, unit);
    Platform platform = dylib.session().platform();
    if (platform != null) {
      platform.notifyAdding(tracker.handle(), unit);
    }
    add(dylib, tracker, unit);
  }

  private static void checkClashes(JITDylib dylib, MaterializationUnit unit) {
    if (dylib.table().size() == 0) {
      return;
    }
    unit.symbols()
        .forEach((name, flags) -> {
          SymbolEntry existing = dylib.table().find(name);
          if (existing != null) {
            var _ = judge(unit, name, flags, existing);
          }
        });
  }

  private static Verdict judge(
      MaterializationUnit unit, String name, SymbolFlags flags, SymbolEntry existing) {
    Definition owner = ownerOf(existing);
    boolean searched = existing.state() != SymbolState.NEVER_SEARCHED;
    CommonExtent extent = flags.isCommon() ? unit.commonExtent(name) : null;
    CommonExtent bound = extentOf(owner, name);
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

  private static void add(JITDylib dylib, TrackerState tracker, MaterializationUnit unit) {
    SymbolTable table = dylib.table();
    Map<String, SymbolFlags> symbols = unit.symbols();
    dylib.session().lock().tablesChange();
    table.reserve(symbols.size());
    Addition addition = new Addition(dylib, unit, symbols.size());
    symbols.forEach((name, flags) -> {
      SymbolEntry entry = new SymbolEntry(name, flags, null);
      SymbolEntry existing = table.addIfAbsent(entry);
      if (existing == null) {
        addition.added(entry, flags);
      } else {
        addition.settle(entry, flags, existing);
      }
    });
    addition.finish(tracker);
  }

  /** A unit on its way into the table. */
  private static final class Addition {
    private final JITDylib dylib;
    private final MaterializationUnit unit;
    private final List<SymbolEntry> entries;
    private final List<String> discarded = new ArrayList<>(0);
    private @Nullable Map<String, CommonExtent> commons;

    private Addition(JITDylib dylib, MaterializationUnit unit, int size) {
      this.dylib = dylib;
      this.unit = unit;
      this.entries = new ArrayList<>(size);
    }

    private void added(SymbolEntry entry, SymbolFlags flags) {
      entries.add(entry);
      dylib.session().events().defined(dylib, entry.name());
      CommonExtent extent = flags.isCommon() ? unit.commonExtent(entry.name()) : null;
      if (extent != null) {
        keepExtent(entry.name(), extent);
      }
    }

    private void keepExtent(String name, CommonExtent extent) {
      if (commons == null) {
        commons = new LinkedHashMap<>();
      }
      commons.put(name, extent);
    }

    private void settle(SymbolEntry entry, SymbolFlags flags, SymbolEntry existing) {
      String name = entry.name();
      CommonExtent extent = flags.isCommon() ? unit.commonExtent(name) : null;
      CommonExtent bound = extentOf(ownerOf(existing), name);
      CommonExtent merged = extent == null || bound == null ? null : extent.max(bound);
      if (judge(unit, name, flags, existing) == Verdict.DISCARD_NEW) {
        discarded.add(name);
        if (merged != null && !merged.equals(bound)) {
          growExisting(existing, merged);
        }
        return;
      }
      dylib.table().replace(existing, entry);
      added(entry, flags);
      discardExisting(existing);
      if (merged != null && !merged.equals(extent)) {
        keepExtent(name, merged);
        unit.commonMerged(dylib, name, merged);
      }
    }

    private void growExisting(SymbolEntry existing, CommonExtent merged) {
      Definition owner = ownerOf(existing);
      if (owner.commons != null && owner.unit != null) {
        owner.commons.put(existing.name(), merged);
        owner.unit.commonMerged(dylib, existing.name(), merged);
      }
    }

    private void discardExisting(SymbolEntry existing) {
      Definition owner = ownerOf(existing);
      MaterializationUnit loser = owner.unit;
      existing.retire();
      Removal.symbolLeft(owner, existing.name());
      if (loser != null) {
        loser.discard(dylib, existing.name());
      }
    }

    private void finish(TrackerState tracker) {
      if (!entries.isEmpty()) {
        Definition definition =
            new Definition(dylib, tracker, unit.name(), entries.toArray(new SymbolEntry[0]));
        definition.attach(unit);
        definition.commons = commons;
        if (discarded.contains(definition.initSymbol)) {
          definition.initSymbol = null;
        }
        entries.forEach(entry -> entry.owner = definition);
        tracker.add(definition);
      }
      discarded.forEach(name -> unit.discard(dylib, name));
    }
  }
}
