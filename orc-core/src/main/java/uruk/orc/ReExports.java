package uruk.orc;

import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Symbols that get the addresses of other ones, of the same dylib (aliases) or of another one
 * (re-exports). Aliases may stand for aliases; a circle of them is an {@link AliasCycleException}:
 * at once within a unit, when looked up across units.
 */
public final class ReExports extends MaterializationUnit {
  private final @Nullable JITDylib source;
  private final JITDylibLookupFlags sourceFlags;
  private final Map<String, Alias> aliases;

  private ReExports(
      @Nullable JITDylib source, JITDylibLookupFlags sourceFlags, Map<String, Alias> aliases) {
    super(new Interface(flags(aliases)));
    this.source = source;
    this.sourceFlags = sourceFlags;
    this.aliases = ImmutableMap.copyOf(aliases);
  }

  /**
   * {@return a unit of aliases for symbols of the dylib in which it will be defined}
   *
   * @param aliases what each name stands for
   * @throws AliasCycleException if aliases stand for each other in a circle
   */
  public static MaterializationUnit aliases(Map<String, Alias> aliases) {
    checkCycles(aliases);
    return new ReExports(null, JITDylibLookupFlags.MATCH_ALL_SYMBOLS, aliases);
  }

  /**
   * {@return a unit of aliases for symbols of another dylib}
   *
   * @param source where the aliasees are
   * @param sourceFlags which symbols of the source are seen
   * @param aliases what each name stands for
   */
  public static MaterializationUnit of(
      JITDylib source, JITDylibLookupFlags sourceFlags, Map<String, Alias> aliases) {
    return new ReExports(source, sourceFlags, aliases);
  }

  /**
   * Looks up the flags of symbols, to re-export them under their own names.
   *
   * @param source where the symbols are
   * @param sourceFlags which symbols of the source are seen
   * @param names the symbols, all of which must exist
   * @return completes with aliases from each name to itself
   */
  public static CompletableFuture<Map<String, Alias>> simpleAliasMap(
      JITDylib source, JITDylibLookupFlags sourceFlags, Set<String> names) {
    return Lookups.derived(
        source
            .session()
            .lookupFlags(
                LookupKind.STATIC, SearchOrder.of(sourceFlags, source), SymbolLookupSet.of(names)),
        ReExports::identity);
  }

  static Map<String, Alias> identity(Map<String, SymbolFlags> found) {
    Map<String, Alias> aliases = new LinkedHashMap<>();
    found.forEach((name, flags) -> aliases.put(name, new Alias(name, flags)));
    return aliases;
  }

  private static Map<String, SymbolFlags> flags(Map<String, Alias> aliases) {
    Map<String, SymbolFlags> flags = new LinkedHashMap<>();
    aliases.forEach((name, alias) -> flags.put(name, alias.flags()));
    return flags;
  }

  private static void checkCycles(Map<String, Alias> aliases) {
    Set<String> good = new HashSet<>();
    for (String start : aliases.keySet()) {
      Set<String> path = new HashSet<>();
      String at = start;
      for (Alias alias = aliases.get(at); alias != null && !good.contains(at); ) {
        if (!path.add(at)) {
          throw new AliasCycleException(at + " stands, over others, for itself");
        }
        at = alias.aliasee();
        alias = aliases.get(at);
      }
      good.addAll(path);
    }
  }

  @Override
  public String name() {
    return source == null ? "<Aliases>" : "<Reexports from \"" + source.name() + "\">";
  }

  @Override
  protected void materialize(MaterializationResponsibility responsibility) {
    JITDylib from = source == null ? responsibility.targetDylib() : source;
    Map<String, Alias> wanted = handBackTheRest(responsibility, from);
    Map<String, SymbolInstance> targets = new LinkedHashMap<>();
    wanted.forEach((name, alias) -> targets.put(name, new SymbolInstance(from, alias.aliasee())));
    SearchOrder order = SearchOrder.of(sourceFlags, from);
    SymbolLookupSet aliasees = aliasees(wanted.values());
    var _ =
        responsibility
            .lookup(
                LookupKind.STATIC,
                order,
                aliasees,
                SymbolState.RESOLVED,
                found -> AliasCycles.check(responsibility.definition(), targets))
            .whenComplete((found, failure) -> {
              if (failure == null) {
                finish(responsibility, from, wanted, found);
              } else {
                responsibility.failMaterialization(failure);
              }
            });
  }

  /**
   * {@return the names to look up} What has no address is referenced weakly, as every look-up has
   * to; whether it is there the dependence on it will show.
   */
  private static SymbolLookupSet aliasees(Collection<Alias> aliases) {
    Map<String, SymbolLookupFlags> names = new LinkedHashMap<>();
    for (Alias alias : aliases) {
      if (alias.flags().isSideEffectsOnly()) {
        names.putIfAbsent(alias.aliasee(), SymbolLookupFlags.WEAKLY_REFERENCED_SYMBOL);
      } else {
        names.put(alias.aliasee(), SymbolLookupFlags.REQUIRED_SYMBOL);
      }
    }
    SymbolLookupSet.Builder set = SymbolLookupSet.builder();
    names.forEach(set::add);
    return set.build();
  }

  /**
   * Keeps the aliases that look-ups wait for, each straight to its end; the others become a unit
   * again.
   */
  private Map<String, Alias> handBackTheRest(
      MaterializationResponsibility responsibility, JITDylib from) {
    Map<String, Alias> own = new LinkedHashMap<>();
    responsibility.symbols().forEach((name, flags) -> own.put(name, aliasOf(name)));
    boolean chains = from == responsibility.targetDylib();
    Set<String> requested = responsibility.requestedSymbols();
    Map<String, Alias> wanted = new LinkedHashMap<>();
    Map<String, Alias> rest = new LinkedHashMap<>();
    own.forEach((name, alias) -> {
      if (requested.contains(name)) {
        wanted.put(name, chains ? new Alias(endOf(alias, own), alias.flags()) : alias);
      } else {
        rest.put(name, alias);
      }
    });
    if (!rest.isEmpty()) {
      responsibility.replace(new ReExports(source, sourceFlags, rest));
    }
    return wanted;
  }

  private Alias aliasOf(String name) {
    Alias alias = aliases.get(name);
    if (alias == null) {
      throw new AssertionError(name + " is none of the unit's aliases");
    }
    return alias;
  }

  private static String endOf(Alias alias, Map<String, Alias> own) {
    String end = alias.aliasee();
    int steps = 0;
    for (Alias next = own.get(end); next != null; next = own.get(end)) {
      if (++steps > own.size()) {
        throw new AliasCycleException(end + " stands, over others, for itself");
      }
      end = next.aliasee();
    }
    return end;
  }

  private static void finish(
      MaterializationResponsibility responsibility,
      JITDylib from,
      Map<String, Alias> wanted,
      SymbolMap found) {
    try {
      SymbolMap.Builder resolved = SymbolMap.builder(wanted.size());
      wanted.forEach((name, alias) -> {
        if (!alias.flags().isSideEffectsOnly()) {
          resolved.put(name, found.address(alias.aliasee()), alias.flags());
        }
      });
      responsibility.notifyResolved(resolved.build());
      responsibility.notifyEmitted(
          wanted.entrySet().stream()
              .map(entry ->
                  new SymbolDependenceGroup(
                      Set.of(entry.getKey()), Map.of(from, Set.of(entry.getValue().aliasee()))))
              .toList());
    } catch (RuntimeException failure) {
      responsibility.failMaterialization(failure);
    }
  }

  @Override
  protected void discard(JITDylib dylib, String name) {}
}
