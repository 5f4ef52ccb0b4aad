package uruk.materialization;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.graph.TargetFlags;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;
import uruk.orc.SearchOrder;

/**
 * Variables that an object defines weakly (or uniquely: STB_GNU_UNIQUE) and the process has
 * already: inline variables of C++, static members of templates, static locals of inline functions,
 * type information. There must be one of each in a program, so the process's is taken, as the
 * system's dynamic linker takes the first one that it meets.
 *
 * <p>Only where the dylib's link order comes to the process, and only for what no archive on the
 * way defines: whoever links a library from its archive has its variables from there too. Functions
 * are not concerned, since it does not matter which of the equal ones is called.
 */
final class ProcessSingletons {
  private ProcessSingletons() {}

  /**
   * Finds the variables of a graph that the process has.
   *
   * @param dylib where the object is being linked
   * @param owned whether the object is to define a symbol; others have lost already
   * @return their addresses in the process
   */
  static Map<String, Long> find(LinkGraph graph, JITDylib dylib, Predicate<Symbol> owned) {
    List<Symbol> candidates = new ArrayList<>(0);
    graph.forEachDefinedSymbol(symbol -> {
      if (mayBeShared(symbol)) {
        candidates.add(symbol);
      }
    });
    Map<String, Long> found = Map.of();
    for (Symbol symbol : candidates) {
      if (owned.test(symbol)) {
        long address = inProcess(dylib.linkOrder(), symbol);
        if (address != 0) {
          found = found.isEmpty() ? new HashMap<>() : found;
          found.put(symbol.name(), address);
        }
      }
    }
    return found;
  }

  private static boolean mayBeShared(Symbol symbol) {
    return symbol.linkage() == Linkage.WEAK
        && symbol.scope() == Scope.DEFAULT
        && !symbol.callable();
  }

  /** The address in the process if the look-up comes there before any archive that has the name. */
  private static long inProcess(SearchOrder order, Symbol symbol) {
    String name = symbol.name();
    boolean threadLocal = symbol.hasTargetFlag(TargetFlags.THREAD_LOCAL);
    for (SearchOrder.Entry entry : order.entries()) {
      for (DefinitionGenerator generator : entry.dylib().generators()) {
        switch (generator) {
          case StaticLibrary library when library.defines(name) -> {
            return 0;
          }
          case ProcessSymbols process -> {
            long address = threadLocal ? process.findThreadLocal(name) : process.find(name);
            if (address != 0) {
              return address;
            }
          }
          default -> {}
        }
      }
    }
    return 0;
  }
}
