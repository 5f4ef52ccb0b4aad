package uruk.orc;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What a responsibility can do to its symbols. */
final class Emission {
  /** What a definition that is final has no longer. */
  static final SymbolFlags MAY_DIFFER = SymbolFlags.of(SymbolFlags.WEAK, SymbolFlags.COMMON);

  private Emission() {}

  // Resolving ------------------------------------------------------------------------------------

  static void resolve(Definition definition, SymbolMap resolved) {
    Outcome.locked(
        definition.dylib().session(),
        outcome -> {
          definition.tracker().checkUsable();
          for (int at = 0; at < resolved.size(); at++) {
            checkResolution(definition, resolved, at);
          }
          for (int at = 0; at < resolved.size(); at++) {
            SymbolEntry entry = responsibility(definition, resolved.nameAt(at), at);
            entry.resolve(resolved.addressAt(at), resolved.flagsAt(at).without(MAY_DIFFER));
            outcome.wake(entry);
          }
        });
  }

  private static void checkResolution(Definition definition, SymbolMap resolved, int at) {
    SymbolEntry entry = responsibility(definition, resolved.nameAt(at), at);
    SymbolFlags declared = entry.flags();
    if (entry.state() != SymbolState.MATERIALIZING) {
      throw new IllegalArgumentException(entry + " of " + definition + " is resolved already");
    }
    if (declared.isSideEffectsOnly()) {
      throw new IllegalArgumentException(
          "%s of %s has side effects only, and so no address to be resolved to"
              .formatted(entry, definition));
    }
    if (!declared.without(MAY_DIFFER).equals(resolved.flagsAt(at).without(MAY_DIFFER))) {
      throw new IllegalArgumentException(
          "%s of %s was declared %s and cannot be resolved as %s"
              .formatted(entry, definition, declared, resolved.flagsAt(at)));
    }
  }

  static SymbolEntry responsibility(Definition definition, Object name, int guess) {
    SymbolEntry entry = definition.responsibility(name, guess);
    if (entry == null) {
      throw new IllegalArgumentException(
          "%s is not a symbol that %s is responsible for".formatted(name, definition));
    }
    return entry;
  }

  // Emitting -------------------------------------------------------------------------------------

  static void emit(Definition definition, List<SymbolDependenceGroup> reported) {
    List<SymbolDependenceGroup> groups = List.copyOf(reported);
    Outcome.locked(
        definition.dylib().session(),
        outcome -> {
          definition.tracker().checkUsable();
          checkEmission(definition);
          GroupedDependences grouped = GroupedDependences.of(definition, groups);
          emitUngrouped(definition, outcome);
          grouped.releaseUnsatisfied();
          if (grouped.needNothingElse()) {
            ReadinessGraph.emitReady(grouped.nodes(), outcome);
          } else {
            grouped.nodes().forEach(node -> emit(node, outcome));
            ReadinessGraph.emit(grouped.nodes(), outcome);
          }
          grouped.throwIfUnsatisfied();
          definition.finishEmitted();
        });
  }

  /**
   * Resolves the symbols of a definition that depend on nothing and emits them, all in one pass:
   * there may be a million of them.
   *
   * @param addresses in the order in which the symbols were defined; discarded ones are among them
   */
  static void bind(Definition definition, SymbolMap addresses) {
    Outcome.locked(
        definition.dylib().session(),
        outcome -> {
          definition.tracker().checkUsable();
          int at = 0;
          for (SymbolEntry entry : definition.entries()) {
            if (definition.isResponsibleFor(entry)) {
              while (!entry.isNamed(addresses.nameAt(at))) {
                at++;
              }
              entry.resolve(addresses.addressAt(at), addresses.flagsAt(at).without(MAY_DIFFER));
              ReadinessGraph.ready(entry, outcome);
              at++;
            }
          }
          definition.finishEmitted();
        });
  }

  private static void checkEmission(Definition definition) {
    for (SymbolEntry entry : definition.entries()) {
      if (definition.isResponsibleFor(entry)
          && !entry.isAtLeast(SymbolState.RESOLVED)
          && !entry.isSideEffectsOnly()) {
        throw new IllegalStateException(
            "%s of %s is emitted before it is resolved".formatted(entry, definition));
      }
    }
  }

  private static void emitUngrouped(Definition definition, Outcome outcome) {
    for (SymbolEntry entry : definition.entries()) {
      if (definition.isResponsibleFor(entry) && entry.node == null) {
        ReadinessGraph.ready(entry, outcome);
      }
    }
  }

  /** The symbols are emitted, and what they depend on must be made. */
  private static void emit(DependenceNode node, Outcome outcome) {
    for (DependenceEdge edge = node.firstDependency(); edge != null; edge = edge.nextDependency()) {
      Definition owner = edge.dependency().owner;
      if (owner != null && owner.isAttached()) {
        outcome.start(owner);
      }
    }
    for (int at = 0; at < node.size(); at++) {
      outcome.reached(node.symbol(at), SymbolState.EMITTED);
    }
  }

  // Failing --------------------------------------------------------------------------------------

  static void fail(Definition definition, Throwable cause) {
    Throwable root = rootCause(cause);
    String because = SymbolNames.because(root);
    Outcome.locked(
        definition.dylib().session(),
        outcome -> {
          List<SymbolEntry> left = new ArrayList<>();
          for (SymbolEntry entry : definition.entries()) {
            if (definition.isResponsibleFor(entry) && !definition.isAttached()) {
              left.add(entry);
            }
          }
          if (!left.isEmpty()) {
            outcome.report(outcome.fail(left, root, because));
          }
          definition.finishFailed(!left.isEmpty());
        });
  }

  /** A unit that fails because others failed passes on why they did. */
  private static Throwable rootCause(Throwable cause) {
    boolean passesOn =
        cause instanceof FailedToMaterializeException
            || cause instanceof UnsatisfiedSymbolDependenciesException;
    return passesOn && cause.getCause() != null ? cause.getCause() : cause;
  }

  // Claiming, handing on and back ----------------------------------------------------------------

  static Set<String> claim(Definition definition, Map<String, SymbolFlags> claims) {
    JITDylib dylib = definition.dylib();
    Map<String, SymbolFlags> added = ImmutableMap.copyOf(claims);
    added.forEach((name, flags) -> UnitPromise.checkNotFailed(definition.unitName(), name, flags));
    ImmutableSet.Builder<String> claimed = ImmutableSet.builder();
    Outcome.locked(
        dylib.session(),
        outcome -> {
          definition.tracker().checkUsable();
          if (definition.isDone()) {
            throw new IllegalStateException(
                "%s has emitted or failed its symbols and can claim no more".formatted(definition));
          }
          added.forEach((name, flags) -> checkClaim(definition, name, flags));
          List<SymbolEntry> entries = new ArrayList<>(added.size());
          dylib.session().lock().tablesChange();
          added.forEach((name, flags) -> {
            if (dylib.table().find(name) == null) {
              SymbolEntry entry = new SymbolEntry(name, flags, definition);
              entry.state(SymbolState.MATERIALIZING);
              dylib.table().add(entry);
              dylib.session().events().defined(dylib, name);
              entries.add(entry);
              claimed.add(name);
            }
          });
          takeOver(definition, entries);
        });
    return claimed.build();
  }

  /** A definition without symbols is in no tracker's list. */
  private static void takeOver(Definition definition, List<SymbolEntry> entries) {
    if (definition.live == 0 && !entries.isEmpty()) {
      definition.tracker().add(definition);
    }
    definition.append(entries);
  }

  private static void checkClaim(Definition definition, String name, SymbolFlags flags) {
    SymbolEntry existing = definition.dylib().table().find(name);
    if (existing != null && flags.isStrong()) {
      throw DefinitionRules.duplicate(
          definition.unitName(), existing, "It was found only while the unit was materialized.");
    }
  }

  static void replace(Definition definition, MaterializationUnit unit) {
    String unitName = Objects.requireNonNull(unit.name());
    Set<String> names = ImmutableSet.copyOf(unit.symbols().keySet());
    Outcome.locked(
        definition.dylib().session(),
        outcome -> {
          Definition replacement = split(definition, names, unitName);
          if (replacement.live == 0) {
            return;
          }
          replacement.attach(unit);
          for (SymbolEntry entry : replacement.entries()) {
            if (entry.isAwaited()) {
              outcome.start(replacement);
              return;
            }
          }
        });
  }

  static Definition delegate(Definition definition, Collection<String> delegated) {
    Set<String> names = ImmutableSet.copyOf(delegated);
    return definition
        .dylib()
        .session()
        .locked(() -> split(definition, names, definition.unitName()));
  }

  /** Moves unresolved symbols to a new definition. */
  private static Definition split(Definition definition, Set<String> names, String unitName) {
    definition.tracker().checkUsable();
    List<SymbolEntry> moved = new ArrayList<>(names.size());
    for (String name : names) {
      SymbolEntry entry = responsibility(definition, name, moved.size());
      if (entry.state() != SymbolState.MATERIALIZING) {
        throw new IllegalArgumentException(
            "%s of %s is resolved and cannot be handed on".formatted(name, definition));
      }
      moved.add(entry);
    }
    Definition part = new Definition(definition.dylib(), definition.tracker(), unitName);
    part.append(moved);
    part.commons = definition.commons;
    definition.shareFindsWith(part);
    part.startedLike(definition);
    if (definition.initSymbol != null && names.contains(definition.initSymbol)) {
      part.initSymbol = definition.initSymbol;
      definition.initSymbol = null;
    }
    if (!moved.isEmpty()) {
      definition.tracker().add(part);
    }
    definition.live -= moved.size();
    if (definition.live == 0 && !moved.isEmpty()) {
      definition.tracker().remove(definition);
    }
    return part;
  }
}
