package uruk.jitlink.elf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.DuplicateDefinitionException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.ObjectInterface.Group;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Target;

/**
 * Several ELF objects as one, as if {@code ld -r} had joined them: what they define for each other
 * is settled when the graph is read. Of section groups with one signature and of weak definitions
 * with one name the first counts, and a strong definition wins.
 */
public final class MergedObject implements ObjectFile {
  private final String name;
  private final List<ElfObject> parts;

  private MergedObject(String name, List<ElfObject> parts) {
    this.name = name;
    this.parts = parts;
  }

  /** See {@link ObjectFile#merged}. */
  public static ObjectFile of(String name, List<ObjectFile> files) {
    List<ElfObject> parts = new ArrayList<>(files.size());
    for (ObjectFile file : files) {
      if (!(file instanceof ElfObject part)) {
        throw new IllegalArgumentException(file.name() + " is no object file of ELF");
      }
      if (!parts.isEmpty() && !part.target().equals(parts.getFirst().target())) {
        throw new UnsupportedObjectException(
            part.name(),
            "an object for %s beside %s, which is for %s,"
                .formatted(
                    part.target().name(),
                    parts.getFirst().name(),
                    parts.getFirst().target().name()),
            "Link objects of one machine.");
      }
      parts.add(part);
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("no object file to be merged into " + name);
    }
    return new MergedObject(name, List.copyOf(parts));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    long size = 0;
    for (ElfObject part : parts) {
      size += part.size();
    }
    return size;
  }

  @Override
  public Target target() {
    return parts.getFirst().target();
  }

  @Override
  public List<ObjectFile> parts() {
    return List.copyOf(parts);
  }

  @Override
  public ObjectInterface symbols() {
    InterfaceMerge merge = new InterfaceMerge();
    parts.forEach(merge::add);
    return merge.merged();
  }

  @Override
  public LinkGraph linkGraph(Set<ReadOption> options) {
    LinkGraphBuilder builder =
        new LinkGraphBuilder(new LinkGraph(name, target()), options, new SharedNames());
    for (ElfObject part : parts) {
      part.addTo(builder);
    }
    return builder.graph();
  }

  @Override
  public String toString() {
    return name;
  }

  /** What the parts define together, by the rules by which their graph is read. */
  private static final class InterfaceMerge {
    private final Map<String, Definition> definitions = new LinkedHashMap<>();
    private final Set<String> externals = new LinkedHashSet<>();
    private final Map<String, Group> groups = new HashMap<>();
    private final List<Group> kept = new ArrayList<>();
    private boolean initializers;

    void add(ElfObject part) {
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
      Set<String> skipped = Set.of();
      for (Group group : added) {
        if (groups.putIfAbsent(group.signature(), group) == null) {
          kept.add(group);
        } else if (!group.members().isEmpty()) {
          skipped = skipped.isEmpty() ? new HashSet<>() : skipped;
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
          throw new DuplicateDefinitionException(part.name(), definition.name());
        }
        definitions.put(definition.name(), definition);
      }
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
          List.copyOf(definitions.values()), List.copyOf(externals), kept, initializers);
    }
  }
}
