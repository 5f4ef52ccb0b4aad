package uruk.jitlink.elf;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.DuplicateDefinitionException;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.ObjectInterface.Group;

/** What several objects define together, by the rules by which their graph is read. */
final class InterfaceMerge {
  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private final Set<String> externals = new LinkedHashSet<>();
  private final Set<String> signatures = new HashSet<>();
  private final List<Group> groups = new ArrayList<>();
  private final List<ElfObject> parts = new ArrayList<>();
  private boolean initializers;

  void add(ElfObject part) {
    parts.add(part);
    ObjectInterface symbols = part.symbols();
    Set<String> skipped = addGroups(symbols.groups());
    for (Definition definition : symbols.definitions()) {
      if (skipped.contains(definition.name())) {
        externals.add(definition.name());
      } else {
        add(definition, part);
      }
    }
    externals.addAll(symbols.externals());
    initializers |= symbols.hasInitializers();
  }

  /** {@return the definitions that go with groups which another part has brought} */
  private Set<String> addGroups(List<Group> added) {
    Set<String> skipped = new HashSet<>(0);
    for (Group group : added) {
      if (signatures.add(group.signature())) {
        groups.add(group);
      } else {
        skipped.addAll(group.members());
      }
    }
    return skipped;
  }

  private void add(Definition definition, ElfObject part) {
    @Nullable Definition other = definitions.putIfAbsent(definition.name(), definition);
    if (other == null) {
      return;
    }
    if (other.common() && definition.common()) {
      definitions.put(definition.name(), larger(other, definition));
    } else if (!definition.weak()) {
      if (!other.weak()) {
        throw duplicate(part, definition.name());
      }
      definitions.put(definition.name(), definition);
    }
  }

  private DuplicateDefinitionException duplicate(ElfObject part, String name) {
    for (ElfObject other : parts) {
      Set<String> defined = new HashSet<>();
      other.forEachName(defined::add, needed -> {}, wanted -> {});
      if (other != part && defined.contains(name)) {
        return new DuplicateDefinitionException(part.name(), name, other.name());
      }
    }
    return new DuplicateDefinitionException(part.name(), name);
  }

  private static Definition larger(Definition common, Definition other) {
    return new Definition(
        common.name(),
        common.kind(),
        common.weak(),
        common.exported(),
        common.callable(),
        Math.max(common.size(), other.size()),
        Math.max(common.alignment(), other.alignment()),
        common.targetFlags());
  }

  ObjectInterface merged() {
    externals.removeAll(definitions.keySet());
    return new ObjectInterface(
        List.copyOf(definitions.values()), List.copyOf(externals), groups, initializers);
  }
}
