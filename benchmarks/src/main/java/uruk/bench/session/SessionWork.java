package uruk.bench.session;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.ExecutionSession;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.MaterializationUnit;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolDependenceGroup;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;

/** The work that is measured: the same as in {@code benchmarks/peers/orc-session/peer.cpp}. */
final class SessionWork {
  static final SymbolFlags FUNCTION = SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.CALLABLE);

  private SessionWork() {}

  static SymbolMap absoluteSymbols(int count) {
    SymbolMap.Builder symbols = SymbolMap.builder(count);
    for (int at = 0; at < count; at++) {
      symbols.put("symbol_" + at, 0x1000 + at, FUNCTION);
    }
    return symbols.build();
  }

  /** Defines the symbols and looks one up. */
  static ExecutorSymbolDef defineAndLookUp(ExecutionSession session, SymbolMap symbols) {
    JITDylib main = session.createBareJITDylib("main");
    main.define(AbsoluteSymbols.of(symbols));
    return session.lookup(main, "symbol_0");
  }

  /** Defines units each of which needs the next, and looks the first one up. */
  static ExecutorSymbolDef chain(ExecutionSession session, List<String> names) {
    JITDylib main = session.createBareJITDylib("main");
    for (int at = 0; at < names.size(); at++) {
      main.define(
          new LinkedUnit(
              names.get(at), at + 1 < names.size() ? List.of(names.get(at + 1)) : List.of()));
    }
    return session.lookup(main, names.getFirst());
  }

  static List<String> names(String prefix, int count) {
    List<String> names = new ArrayList<>(count);
    for (int at = 0; at < count; at++) {
      names.add(prefix + at);
    }
    return names;
  }

  /** {@return so many of the names for each of them, drawn from a fixed seed} */
  static List<Set<String>> needs(List<String> names, int edges) {
    List<Set<String>> needs = new ArrayList<>(names.size());
    int state = 1;
    for (int at = 0; at < names.size(); at++) {
      ImmutableSet.Builder<String> some = ImmutableSet.builderWithExpectedSize(edges);
      for (int edge = 0; edge < edges; edge++) {
        state = state * 1664525 + 1013904223;
        some.add(names.get((state >>> 8) % names.size()));
      }
      needs.add(some.build());
    }
    return needs;
  }

  /** Defines one unit whose symbols need some others each, and looks one up. */
  static ExecutorSymbolDef woven(
      ExecutionSession session, List<String> names, List<Set<String>> needs) {
    JITDylib main = session.createBareJITDylib("main");
    main.define(new WovenUnit(names, needs));
    return session.lookup(main, names.getFirst());
  }

  /** One symbol that needs others: resolves, looks them up, emits. */
  private static final class LinkedUnit extends MaterializationUnit {
    private final String symbol;
    private final List<String> needs;

    private LinkedUnit(String symbol, List<String> needs) {
      super(new Interface(Map.of(symbol, FUNCTION)));
      this.symbol = symbol;
      this.needs = needs;
    }

    @Override
    public String name() {
      return "linked";
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      responsibility.notifyResolved(SymbolMap.of(symbol, new ExecutorSymbolDef(0x1000, FUNCTION)));
      if (needs.isEmpty()) {
        responsibility.notifyEmitted(List.of());
        return;
      }
      Dependences found = new Dependences();
      var _ =
          responsibility
              .lookup(
                  LookupKind.STATIC,
                  SearchOrder.of(responsibility.targetDylib()),
                  SymbolLookupSet.of(needs),
                  SymbolState.RESOLVED,
                  dependences -> found.byDylib = dependences)
              .thenAccept(symbols ->
                  responsibility.notifyEmitted(
                      List.of(new SymbolDependenceGroup(Set.of(symbol), found.byDylib))));
    }

    @Override
    protected void discard(JITDylib dylib, String name) {}
  }

  private static final class Dependences {
    private Map<JITDylib, Set<String>> byDylib = Map.of();
  }

  private static final class WovenUnit extends MaterializationUnit {
    private final List<String> names;
    private final List<Set<String>> needs;

    private WovenUnit(List<String> names, List<Set<String>> needs) {
      super(new Interface(absolute(names).flags()));
      this.names = names;
      this.needs = needs;
    }

    private static SymbolMap absolute(List<String> names) {
      SymbolMap.Builder symbols = SymbolMap.builder(names.size());
      names.forEach(name -> symbols.put(name, 0x1000, FUNCTION));
      return symbols.build();
    }

    @Override
    public String name() {
      return "woven";
    }

    @Override
    protected void materialize(MaterializationResponsibility responsibility) {
      responsibility.notifyResolved(absolute(names));
      List<SymbolDependenceGroup> groups = new ArrayList<>(names.size());
      for (int at = 0; at < names.size(); at++) {
        groups.add(
            new SymbolDependenceGroup(
                Set.of(names.get(at)), Map.of(responsibility.targetDylib(), needs.get(at))));
      }
      responsibility.notifyEmitted(groups);
    }

    @Override
    protected void discard(JITDylib dylib, String name) {}
  }
}
