package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.Targets;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Target;

/**
 * An ELF relocatable object whose header, section headers and tables are checked as they are read.
 */
public final class ElfObject implements ObjectFile {
  private final ElfFile file;
  private final Target target;
  private final SectionTable sections;
  private final SymbolTable symbols;
  private volatile @Nullable GroupTable groups;

  private ElfObject(ElfFile file, Target target) {
    this.file = file;
    this.target = target;
    this.sections = new SectionTable(file);
    this.symbols = SymbolTable.of(sections);
  }

  /** See {@link ObjectFile#of(String, ByteBuffer, Targets)}. */
  public static ElfObject of(String name, ByteBuffer content, Targets targets) {
    ElfFile file = ElfFile.of(name, onHeap(content));
    Target target = targets.forElf(file.machine(), file.elfClass().wordSize, file.bytes().order());
    if (target == null) {
      throw new UnsupportedObjectException(
          name,
          "ELF machine %d (%d-bit, %s)"
              .formatted(file.machine(), 8 * file.elfClass().wordSize, file.bytes().order()),
          "Known targets: "
              + String.join(", ", targets.all().stream().map(Target::name).toList())
              + ".");
    }
    return new ElfObject(file, target);
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public ObjectInterface symbols() {
    return new InterfaceReader(sections, symbols, groups()).read();
  }

  @Override
  public List<String> externals() {
    List<String> externals = new ArrayList<>();
    forEachName(defined -> {}, externals::add, externals::add);
    return externals;
  }

  @Override
  public void forEachName(
      Consumer<String> defined, Consumer<String> needed, Consumer<String> wanted) {
    InterfaceReader.readNames(sections, symbols, defined, needed, wanted);
  }

  @Override
  public LinkGraph linkGraph(Set<ReadOption> options) {
    LinkGraphBuilder builder = new LinkGraphBuilder(new LinkGraph(name(), target), options, null);
    addTo(builder);
    return builder.graph();
  }

  /** Adds the object to a graph. */
  void addTo(LinkGraphBuilder builder) {
    builder.add(sections, symbols, groups());
  }

  /**
   * {@return what the file's tables say}
   *
   * @throws uruk.jitlink.LinkException if they contradict each other
   */
  public ElfListing listing() {
    return new ElfLister(target, sections, symbols, groups()).list();
  }

  /** Read when somebody needs them; two threads at once both do. */
  private GroupTable groups() {
    GroupTable known = groups;
    if (known == null) {
      known = new GroupTable(sections, symbols);
      groups = known;
    }
    return known;
  }

  private static ByteBuffer onHeap(ByteBuffer content) {
    if (content.hasArray()) {
      return content.slice();
    }
    byte[] copy = new byte[content.remaining()];
    content.get(content.position(), copy);
    return ByteBuffer.wrap(copy);
  }
}
