package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Answers who uses what, from the edges that emitted groups leave; what lies aside is not told. All
 * of it under the session lock.
 */
final class Dependences {
  private Dependences() {}

  static Dependents usersOf(JITDylib dylib, String name) {
    return collect(into -> users(existing(dylib, name), into), entry -> true);
  }

  static Dependents dependenciesOf(JITDylib dylib, String name) {
    return collect(into -> dependencies(existing(dylib, name), into), entry -> true);
  }

  static Dependents usersOfUnit(JITDylib dylib, String name) {
    Definition unit = owner(dylib, name);
    return collect(
        into -> unit.liveEntries().forEach(entry -> users(entry, into)),
        entry -> entry.owner != unit);
  }

  static Dependents dependenciesOfUnit(JITDylib dylib, String name) {
    Definition unit = owner(dylib, name);
    return collect(
        into -> unit.liveEntries().forEach(entry -> dependencies(entry, into)),
        entry -> entry.owner != unit);
  }

  static List<SymbolDependenceGroup> groups(JITDylib dylib, Collection<String> names) {
    Map<DependenceNode, Set<String>> grouped = new LinkedHashMap<>();
    for (String name : names) {
      DependenceNode node = existing(dylib, name).node;
      if (node != null) {
        grouped.computeIfAbsent(node, key -> new LinkedHashSet<>()).add(name);
      }
    }
    List<SymbolDependenceGroup> groups = new ArrayList<>(grouped.size());
    grouped.forEach((node, symbols) -> groups.add(new SymbolDependenceGroup(symbols, needs(node))));
    return groups;
  }

  private static Map<JITDylib, Set<String>> needs(DependenceNode node) {
    Map<JITDylib, Set<String>> needs = new LinkedHashMap<>();
    for (SymbolEntry dependency : node.dependencies()) {
      if (dependency.owner != null) {
        needs
            .computeIfAbsent(dependency.owner.dylib(), key -> new LinkedHashSet<>())
            .add(dependency.name());
      }
    }
    return needs;
  }

  static Dependents usersOf(TrackerState tracker) {
    return collect(
        into -> entries(tracker).forEach(entry -> users(entry, into)),
        entry -> trackerOf(entry) != tracker);
  }

  static Dependents dependenciesOf(TrackerState tracker) {
    return collect(
        into -> entries(tracker).forEach(entry -> dependencies(entry, into)),
        entry -> trackerOf(entry) != tracker);
  }

  /**
   * {@return the tracker and all that use it over any number of steps, users before what they use}
   */
  static List<TrackerState> withUsers(TrackerState tracker) {
    List<TrackerState> order = new ArrayList<>();
    Set<TrackerState> entered = new HashSet<>(Set.of(tracker));
    ArrayDeque<Visit> path = new ArrayDeque<>(List.of(new Visit(tracker)));
    while (!path.isEmpty()) {
      Visit visit = path.getLast();
      if (!visit.users().hasNext()) {
        order.add(path.removeLast().tracker());
        continue;
      }
      TrackerState user = visit.users().next();
      if (entered.add(user)) {
        path.addLast(new Visit(user));
      }
    }
    return order;
  }

  /** A tracker on the way down to its users, and those of them that are yet to be visited. */
  private record Visit(TrackerState tracker, Iterator<TrackerState> users) {
    Visit(TrackerState tracker) {
      this(tracker, usingTrackers(tracker).iterator());
    }
  }

  private static Set<TrackerState> usingTrackers(TrackerState tracker) {
    Set<SymbolEntry> users = new LinkedHashSet<>();
    entries(tracker).forEach(entry -> users(entry, users));
    Set<TrackerState> trackers = new LinkedHashSet<>();
    users.stream()
        .map(Dependences::trackerOf)
        .filter(user -> !user.dylib().isAside())
        .forEach(trackers::add);
    return trackers;
  }

  private static List<SymbolEntry> entries(TrackerState tracker) {
    return tracker.definitions().stream()
        .flatMap(definition -> definition.liveEntries().stream())
        .toList();
  }

  private static void users(SymbolEntry entry, Set<SymbolEntry> into) {
    for (DependenceNode node : entry.users()) {
      for (int at = 0; at < node.size(); at++) {
        SymbolEntry user = node.symbol(at);
        if (user.node == node) {
          into.add(user);
        }
      }
    }
  }

  private static void dependencies(SymbolEntry entry, Set<SymbolEntry> into) {
    if (entry.node == null) {
      return;
    }
    for (SymbolEntry dependency : entry.node.dependencies()) {
      if (!dependency.isRemoved()) {
        into.add(dependency);
      }
    }
  }

  private static Dependents collect(
      Consumer<Set<SymbolEntry>> source, Predicate<SymbolEntry> wanted) {
    Set<SymbolEntry> entries = new LinkedHashSet<>();
    source.accept(entries);
    ImmutableSet.Builder<SymbolInstance> symbols = ImmutableSet.builder();
    ImmutableSet.Builder<String> units = ImmutableSet.builder();
    ImmutableSet.Builder<ResourceTracker> trackers = ImmutableSet.builder();
    for (SymbolEntry entry : entries) {
      Definition owner = entry.owner;
      if (owner != null && !owner.dylib().isAside() && wanted.test(entry)) {
        symbols.add(new SymbolInstance(owner.dylib(), entry.name()));
        units.add(owner.unitName());
        trackers.add(owner.tracker.handle());
      }
    }
    return new Dependents(symbols.build(), units.build(), trackers.build());
  }

  private static SymbolEntry existing(JITDylib dylib, String name) {
    SymbolEntry entry = dylib.table().find(name);
    if (entry == null) {
      throw new SymbolsNotFoundException(
          List.of(name), "a question about dependences", SearchOrder.of(dylib), List.of());
    }
    return entry;
  }

  private static Definition owner(JITDylib dylib, String name) {
    Definition owner = existing(dylib, name).owner;
    if (owner == null) {
      throw new AssertionError(name + " is in a table without an owner");
    }
    return owner;
  }

  private static TrackerState trackerOf(SymbolEntry entry) {
    Definition owner = entry.owner;
    if (owner == null) {
      throw new AssertionError(entry + " is used and has no owner");
    }
    return owner.tracker;
  }
}
