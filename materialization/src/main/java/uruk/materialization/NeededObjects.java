package uruk.materialization;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.graph.Symbol;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;
import uruk.orc.SearchOrder;

/**
 * The objects that would be linked after the one whose link failed, as far as references reach, and
 * what they miss: whoever mends one missing name wants to hear of all of them. Nothing is linked,
 * defined or loaded for it.
 */
final class NeededObjects {
  /** So many objects make an error text long enough. */
  private static final int OBJECTS = 2_000;

  private static final Set<String> DEFINED_BY_LINKER = Set.of("_GLOBAL_OFFSET_TABLE_");
  private static final String SECTION_START = "__start_";
  private static final String SECTION_END = "__stop_";

  private final SearchOrder order;
  private final Map<String, Boolean> defined = new HashMap<>();
  private final Map<ObjectFile, Set<String>> missing = new LinkedHashMap<>();
  private final Set<Object> seen = new HashSet<>();
  private final Deque<ObjectFile> waiting = new ArrayDeque<>();

  private NeededObjects(SearchOrder order) {
    this.order = order;
  }

  /**
   * Looks for missing names.
   *
   * @param first the object whose link failed
   * @param others objects whose links are under way: one of them asked for the first
   * @param order where their names are searched
   * @param known names that are known to be missing; they are told with each object that needs them
   * @return what other objects miss, in the order in which they would be linked
   */
  static Map<ObjectFile, Set<String>> missing(
      ObjectFile first,
      Collection<ObjectFile> others,
      SearchOrder order,
      Collection<String> known) {
    NeededObjects needed = new NeededObjects(order);
    known.forEach(name -> needed.defined.put(name, false));
    needed.seen.add(first);
    needed.waiting.add(first);
    for (ObjectFile other : others) {
      if (needed.seen.add(other)) {
        needed.waiting.add(other);
      }
    }
    for (int i = 0; i < OBJECTS && !needed.waiting.isEmpty(); i++) {
      needed.visit(needed.waiting.remove());
    }
    needed.missing.remove(first);
    return needed.missing;
  }

  private void visit(ObjectFile file) {
    try {
      for (Symbol external : file.linkGraph().externalSymbols()) {
        String name = external.name();
        if (!external.weaklyReferenced() && !isDefinedByLinker(name) && !isDefined(name)) {
          missing.computeIfAbsent(file, _ -> new LinkedHashSet<>()).add(name);
        }
      }
    } catch (RuntimeException unreadable) {
      // It, or a library, would fail for another reason, which must not hide the one being told.
    }
  }

  private static boolean isDefinedByLinker(String name) {
    return DEFINED_BY_LINKER.contains(name)
        || name.startsWith(SECTION_START)
        || name.startsWith(SECTION_END);
  }

  private boolean isDefined(String name) {
    @Nullable Boolean known = defined.get(name);
    if (known == null) {
      known = find(name);
      defined.put(name, known);
    }
    return known;
  }

  private boolean find(String name) {
    for (SearchOrder.Entry entry : order.entries()) {
      JITDylib dylib = entry.dylib();
      if (dylib.pendingUnit(name) instanceof ObjectMaterializationUnit unit
          && seen.add(unit.file())) {
        waiting.add(unit.file());
      }
      if (dylib.symbolState(name) != null || generates(dylib, name)) {
        return true;
      }
    }
    return false;
  }

  private boolean generates(JITDylib dylib, String name) {
    for (DefinitionGenerator generator : dylib.generators()) {
      if (generator instanceof StaticLibrary library) {
        Optional<ObjectFile> member = library.objectDefining(name);
        if (member.isPresent()) {
          if (seen.add(member.get().name())) {
            waiting.add(member.get());
          }
          return true;
        }
      } else if (generator.mayDefine(name)) {
        return true;
      }
    }
    return false;
  }
}
