package uruk.orc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a session should do, in the plainest form: readiness and failure are found by looking at
 * everything again and again.
 */
final class SessionModel {
  final Map<String, Map<String, Symbol>> dylibs = new LinkedHashMap<>();
  final List<Lookup> lookups = new ArrayList<>();

  /** How many symbols the last emission kept back because of definitions that came and went. */
  int boundToWhatIsGone;

  static final class Symbol {
    final String name;
    final String dylib;
    boolean weak;
    boolean failed;
    boolean removed;
    SymbolState state = SymbolState.NEVER_SEARCHED;
    long address;
    Unit unit;
    final Set<Symbol> needs = new HashSet<>();

    Symbol(String name, String dylib, boolean weak, Unit unit) {
      this.name = name;
      this.dylib = dylib;
      this.weak = weak;
      this.unit = unit;
    }

    boolean isOwned() {
      return !removed && !failed && state.compareTo(SymbolState.EMITTED) < 0;
    }
  }

  static final class Unit {
    final String dylib;
    Tracker tracker;
    boolean attached = true;
    final List<Symbol> symbols = new ArrayList<>();
    final Set<Symbol> found = new HashSet<>();

    Unit(String dylib, Tracker tracker) {
      this.dylib = dylib;
      this.tracker = tracker;
    }

    List<Symbol> owned() {
      return symbols.stream().filter(symbol -> symbol.unit == this && symbol.isOwned()).toList();
    }
  }

  static final class Tracker {
    boolean defunct;
    final List<Unit> units = new ArrayList<>();
  }

  /** How a look-up stands. */
  enum Outcome {
    PENDING,
    FOUND,
    NOT_FOUND,
    FAILED,
    CANCELLED
  }

  static final class Lookup {
    final SymbolState required;
    final Set<Symbol> pending = new LinkedHashSet<>();
    Outcome outcome = Outcome.PENDING;

    Lookup(SymbolState required) {
      this.required = required;
    }
  }

  /** Returns whether the unit was accepted. */
  boolean define(Unit unit, Map<String, Boolean> weakByName) {
    Map<String, Symbol> table = dylibs.get(unit.dylib);
    for (Map.Entry<String, Boolean> each : weakByName.entrySet()) {
      Symbol existing = table.get(each.getKey());
      boolean clash =
          existing != null
              && !each.getValue()
              && (!existing.weak || existing.state != SymbolState.NEVER_SEARCHED);
      if (clash) {
        return false;
      }
    }
    weakByName.forEach((name, weak) -> {
      Symbol existing = table.get(name);
      if (existing == null || !weak) {
        if (existing != null) {
          existing.removed = true;
        }
        Symbol symbol = new Symbol(name, unit.dylib, weak, unit);
        unit.symbols.add(symbol);
        table.put(name, symbol);
      }
    });
    unit.tracker.units.add(unit);
    return true;
  }

  Lookup lookup(List<String> order, Map<String, Boolean> requiredByName, SymbolState required) {
    Lookup lookup = new Lookup(required);
    lookups.add(lookup);
    List<Symbol> found = new ArrayList<>();
    boolean missing = false;
    for (Map.Entry<String, Boolean> each : requiredByName.entrySet()) {
      Symbol symbol = find(order, each.getKey());
      if (symbol != null) {
        found.add(symbol);
      }
      missing |= symbol == null && each.getValue();
    }
    if (found.stream().anyMatch(symbol -> symbol.failed)) {
      lookup.outcome = Outcome.FAILED;
    } else if (missing) {
      lookup.outcome = Outcome.NOT_FOUND;
    } else {
      lookup.pending.addAll(found);
      found.stream().map(symbol -> symbol.unit).forEach(SessionModel::start);
      settle();
    }
    return lookup;
  }

  /** A look-up on behalf of a unit, of weakly referenced names. */
  Lookup find(Unit unit, String dylib, Set<String> names) {
    Map<String, Boolean> weakly = new LinkedHashMap<>();
    names.forEach(name -> weakly.put(name, false));
    Lookup lookup = lookup(List.of(dylib), weakly, SymbolState.RESOLVED);
    if (lookup.outcome != Outcome.FAILED) {
      names.stream()
          .map(dylibs.get(dylib)::get)
          .filter(symbol -> symbol != null)
          .forEach(unit.found::add);
    }
    return lookup;
  }

  /** {@return the names that were claimed, or null if one is defined already} */
  Set<String> claim(Unit unit, Map<String, Boolean> weakByName) {
    Map<String, Symbol> table = dylibs.get(unit.dylib);
    boolean clash =
        weakByName.entrySet().stream()
            .anyMatch(each -> !each.getValue() && table.containsKey(each.getKey()));
    if (clash) {
      return null;
    }
    Set<String> claimed = new HashSet<>();
    weakByName.forEach((name, weak) -> {
      if (!table.containsKey(name)) {
        Symbol symbol = new Symbol(name, unit.dylib, weak, unit);
        symbol.state = SymbolState.MATERIALIZING;
        unit.symbols.add(symbol);
        table.put(name, symbol);
        claimed.add(name);
      }
    });
    return claimed;
  }

  private Symbol find(List<String> order, String name) {
    return order.stream()
        .map(dylib -> dylibs.get(dylib).get(name))
        .filter(symbol -> symbol != null)
        .findFirst()
        .orElse(null);
  }

  private static void start(Unit unit) {
    if (unit.attached) {
      unit.attached = false;
      unit.owned().forEach(symbol -> symbol.state = SymbolState.MATERIALIZING);
    }
  }

  void resolve(Unit unit) {
    for (Symbol symbol : unit.owned()) {
      if (symbol.state != SymbolState.MATERIALIZING) {
        continue;
      }
      symbol.state = SymbolState.RESOLVED;
      symbol.address = TestUnit.addressOf(symbol.name);
      symbol.weak = false;
    }
    settle();
  }

  /** Returns the names that cannot be emitted. */
  Set<String> emit(Unit unit, Map<String, Map<String, Set<String>>> needsByName) {
    Set<String> unsatisfied = new HashSet<>();
    Map<Symbol, Set<Symbol>> emitted = new HashMap<>();
    boundToWhatIsGone = 0;
    for (Symbol symbol : unit.owned()) {
      Set<Symbol> needs = new HashSet<>();
      needsByName
          .getOrDefault(symbol.name, Map.of())
          .forEach((dylib, names) -> names.forEach(name -> needs.add(dylibs.get(dylib).get(name))));
      needs.remove(symbol);
      if (needs.contains(null) || needs.stream().anyMatch(need -> need.failed)) {
        unsatisfied.add(symbol.name);
      } else if (needs.stream().anyMatch(need -> hasFoundAnother(unit, need))) {
        unsatisfied.add(symbol.name);
        boundToWhatIsGone++;
      } else {
        emitted.put(symbol, needs);
      }
    }
    emitted.forEach((symbol, needs) -> {
      symbol.state = SymbolState.EMITTED;
      symbol.needs.addAll(needs);
      needs.forEach(need -> start(need.unit));
    });
    settle();
    return unsatisfied;
  }

  private static boolean hasFoundAnother(Unit unit, Symbol need) {
    return need.unit != unit
        && !unit.found.contains(need)
        && unit.found.stream()
            .anyMatch(found ->
                found.removed && found.name.equals(need.name) && found.dylib.equals(need.dylib));
  }

  void fail(Unit unit) {
    fail(new LinkedHashSet<>(unit.owned()));
  }

  private void fail(Set<Symbol> failing) {
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Map<String, Symbol> table : dylibs.values()) {
        for (Symbol symbol : table.values()) {
          boolean waits = symbol.state == SymbolState.EMITTED && !symbol.failed;
          if (waits && symbol.needs.stream().anyMatch(failing::contains)) {
            grown |= failing.add(symbol);
          }
        }
      }
    }
    failing.forEach(symbol -> symbol.failed = true);
    for (Lookup lookup : lookups) {
      if (lookup.outcome == Outcome.PENDING
          && lookup.pending.stream().anyMatch(failing::contains)) {
        lookup.outcome = Outcome.FAILED;
      }
    }
  }

  void remove(Tracker tracker) {
    tracker.defunct = true;
    Set<Symbol> underWay = new LinkedHashSet<>();
    List<Symbol> all = new ArrayList<>();
    for (Unit unit : tracker.units) {
      for (Symbol symbol : unit.symbols) {
        if (symbol.unit == unit && !symbol.removed) {
          all.add(symbol);
          boolean waitedFor =
              symbol.state != SymbolState.NEVER_SEARCHED && symbol.state != SymbolState.READY;
          if (waitedFor && !symbol.failed) {
            underWay.add(symbol);
          }
        }
      }
    }
    fail(underWay);
    for (Symbol symbol : all) {
      symbol.removed = true;
      dylibs.get(symbol.unit.dylib).remove(symbol.name);
    }
    tracker.units.clear();
  }

  void transfer(Tracker source, Tracker destination) {
    if (source != destination) {
      source.defunct = true;
      source.units.forEach(unit -> unit.tracker = destination);
      destination.units.addAll(source.units);
      source.units.clear();
    }
  }

  /** Returns whether all the names could be removed. */
  boolean removeNames(String dylib, Set<String> names) {
    Map<String, Symbol> table = dylibs.get(dylib);
    if (!names.stream().map(table::get).allMatch(SessionModel::isRemovable)) {
      return false;
    }
    names.forEach(name -> table.remove(name).removed = true);
    return true;
  }

  private static boolean isRemovable(Symbol symbol) {
    return isReady(symbol)
        || (symbol != null && !symbol.failed && symbol.state == SymbolState.NEVER_SEARCHED);
  }

  private static boolean isReady(Symbol symbol) {
    return symbol != null && !symbol.failed && symbol.state == SymbolState.READY;
  }

  /** How the symbols of one tracker change. */
  record Change(
      Tracker tracker,
      String dylib,
      Map<String, Long> addresses,
      Map<String, Map<String, Set<String>>> needs,
      Set<String> removed) {}

  /** Returns whether the changes were made. */
  boolean redefine(List<Change> changes) {
    if (!changes.stream().allMatch(change -> isPossible(change, changes))) {
      return false;
    }
    for (Change change : changes) {
      change.removed.forEach(name -> takeAway(change.dylib, name, changes));
    }
    changes.forEach(this::makeReady);
    return true;
  }

  private boolean isPossible(Change change, List<Change> changes) {
    Map<String, Symbol> table = dylibs.get(change.dylib);
    boolean replaces =
        change.addresses.keySet().stream()
            .filter(name -> !leaves(change.dylib, name, changes))
            .map(table::get)
            .allMatch(symbol ->
                symbol == null || (isReady(symbol) && symbol.unit.tracker == change.tracker));
    boolean satisfied =
        change.needs.values().stream()
            .flatMap(needs -> needs.entrySet().stream())
            .allMatch(needs ->
                needs.getValue().stream()
                    .allMatch(name -> isSatisfied(needs.getKey(), name, changes)));
    return !change.tracker.defunct
        && change.removed.stream().map(table::get).allMatch(SessionModel::isRemovable)
        && replaces
        && satisfied;
  }

  private boolean isSatisfied(String dylib, String name, List<Change> changes) {
    return arrives(dylib, name, changes)
        || (isReady(dylibs.get(dylib).get(name)) && !leaves(dylib, name, changes));
  }

  private static boolean arrives(String dylib, String name, List<Change> changes) {
    return changes.stream()
        .anyMatch(change -> change.dylib.equals(dylib) && change.addresses.containsKey(name));
  }

  private static boolean leaves(String dylib, String name, List<Change> changes) {
    return changes.stream()
        .anyMatch(change -> change.dylib.equals(dylib) && change.removed.contains(name));
  }

  private void takeAway(String dylib, String name, List<Change> changes) {
    Map<String, Symbol> table = dylibs.get(dylib);
    if (isReady(table.get(name)) && arrives(dylib, name, changes)) {
      table.get(name).unit = null;
    } else {
      table.remove(name).removed = true;
    }
  }

  private void makeReady(Change change) {
    Unit unit = new Unit(change.dylib, change.tracker);
    unit.attached = false;
    change.addresses.forEach((name, address) -> {
      Symbol symbol =
          dylibs
              .get(change.dylib)
              .computeIfAbsent(name, absent -> new Symbol(absent, change.dylib, false, null));
      if (symbol.unit == null) {
        symbol.unit = unit;
        unit.symbols.add(symbol);
      }
      symbol.state = SymbolState.READY;
      symbol.weak = false;
      symbol.address = address;
    });
    change.tracker.units.add(unit);
  }

  /** Splits symbols off; attached if they are handed back as a unit. */
  Unit split(Unit unit, Set<String> names, boolean handBack) {
    Unit part = new Unit(unit.dylib, unit.tracker);
    part.attached = handBack;
    part.found.addAll(unit.found);
    for (Symbol symbol : unit.owned()) {
      if (names.contains(symbol.name)) {
        symbol.unit = part;
        part.symbols.add(symbol);
      }
    }
    unit.tracker.units.add(part);
    boolean awaited =
        lookups.stream()
                .filter(lookup -> lookup.outcome == Outcome.PENDING)
                .anyMatch(lookup -> part.symbols.stream().anyMatch(lookup.pending::contains))
            || dylibs.values().stream()
                .flatMap(table -> table.values().stream())
                .filter(symbol -> symbol.state == SymbolState.EMITTED && !symbol.failed)
                .anyMatch(symbol -> part.symbols.stream().anyMatch(symbol.needs::contains));
    if (awaited) {
      part.attached = false;
    }
    return part;
  }

  /** Finds what is ready and which look-ups have all they wait for. */
  private void settle() {
    for (Map<String, Symbol> table : dylibs.values()) {
      for (Symbol symbol : table.values()) {
        if (symbol.state == SymbolState.EMITTED && !symbol.failed && reachesOnlyEmitted(symbol)) {
          symbol.state = SymbolState.READY;
        }
      }
    }
    for (Lookup lookup : lookups) {
      if (lookup.outcome == Outcome.PENDING) {
        lookup.pending.removeIf(symbol -> symbol.state.compareTo(lookup.required) >= 0);
        lookup.outcome = lookup.pending.isEmpty() ? Outcome.FOUND : Outcome.PENDING;
      }
    }
  }

  private static boolean reachesOnlyEmitted(Symbol start) {
    Set<Symbol> seen = new HashSet<>(Set.of(start));
    List<Symbol> unvisited = new ArrayList<>(seen);
    while (!unvisited.isEmpty()) {
      Symbol symbol = unvisited.removeLast();
      if (symbol.state == SymbolState.READY) {
        continue;
      }
      if (symbol.state != SymbolState.EMITTED) {
        return false;
      }
      symbol.needs.stream().filter(seen::add).forEach(unvisited::add);
    }
    return true;
  }
}
