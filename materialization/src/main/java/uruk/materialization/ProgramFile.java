package uruk.materialization;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Target;

/**
 * A program as one object file, of whose symbols only the roots are known outside.
 *
 * @param files what it is made of, as one
 * @param own the names of its own files; the others are members of archives
 * @param definitions the roots that it defines
 */
record ProgramFile(ObjectFile files, Set<String> own, List<Definition> definitions)
    implements ObjectFile {
  /** How a program's graph is read. */
  static final Set<ReadOption> OPTIONS =
      Set.of(ReadOption.EDGES_WHEN_ASKED, ReadOption.OUTPUT_SECTIONS);

  @Override
  public String name() {
    return files.name();
  }

  @Override
  public long size() {
    return files.size();
  }

  @Override
  public Target target() {
    return files.target();
  }

  @Override
  public List<ObjectFile> parts() {
    return files.parts();
  }

  /** Whether there are initializers is not looked up: nearly every program has some. */
  @Override
  public ObjectInterface symbols() {
    return new ObjectInterface(definitions, List.of(), List.of(), true);
  }

  @Override
  public List<String> externals() {
    List<String> externals = new ArrayList<>();
    parts().forEach(part -> externals.addAll(part.externals()));
    return externals;
  }

  /** Nobody needs most of a large library, so its relocations are read as they are reached. */
  @Override
  public LinkGraph linkGraph(Set<ReadOption> options) {
    EnumSet<ReadOption> all = EnumSet.copyOf(OPTIONS);
    all.addAll(options);
    return files.linkGraph(all);
  }
}
