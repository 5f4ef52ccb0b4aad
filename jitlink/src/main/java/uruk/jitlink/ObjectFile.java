package uruk.jitlink;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.elf.ElfObject;
import uruk.jitlink.elf.ObjectMerge;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Target;

/**
 * A relocatable object file in memory. Making one checks its header only; reading symbols or
 * building a graph checks what it reads. Immutable as long as nobody writes to the bytes; safe for
 * use by many threads.
 */
public interface ObjectFile {

  /** What a graph shall contain beside what the linked program needs. */
  enum ReadOption {
    /** Sections that take no memory in the program, such as debug information. */
    NON_ALLOC_SECTIONS,
    /**
     * The edges of a block once they are asked for: where most of the file is not needed, most of
     * its relocations are never read. Errors in them are met then.
     */
    EDGES_WHEN_ASKED,
    /**
     * The sections of single functions and variables ({@code .text.f}) as parts of one ({@code
     * .text}), as in what static linkers make.
     */
    OUTPUT_SECTIONS
  }

  /** {@return the name for errors and dumps} */
  String name();

  /** {@return the file's size in bytes} */
  long size();

  /** {@return the machine that the file is for} */
  Target target();

  /**
   * {@return what the file defines and needs, read from its symbol table alone}
   *
   * @throws LinkException if the file is malformed or not supported
   */
  ObjectInterface symbols();

  /**
   * {@return the names that the file needs from elsewhere, as {@link #symbols()} has them}
   *
   * @throws LinkException if the file is malformed or not supported
   */
  default List<String> externals() {
    return symbols().externals();
  }

  /**
   * Tells the names that the file shares with others; of {@link #symbols()} this takes the least
   * time.
   *
   * @param defined gets those that it defines
   * @param needed gets those that it needs from elsewhere
   * @param wanted gets those that it refers to weakly: it does without if nobody defines them
   * @throws LinkException if the file is malformed or not supported
   */
  default void forEachName(
      Consumer<String> defined, Consumer<String> needed, Consumer<String> wanted) {
    ObjectInterface symbols = symbols();
    symbols.definitions().forEach(definition -> defined.accept(definition.name()));
    symbols.externals().forEach(needed);
  }

  /**
   * {@return a new graph of the file; its blocks share the file's bytes}
   *
   * @throws LinkException if the file is malformed or not supported
   */
  LinkGraph linkGraph(Set<ReadOption> options);

  /** {@return the files that it was {@linkplain #merged merged} from; else itself alone} */
  default List<ObjectFile> parts() {
    return List.of(this);
  }

  /** {@return a new graph of what the linked program needs} */
  default LinkGraph linkGraph() {
    return linkGraph(Set.of());
  }

  /**
   * Reads a file into memory.
   *
   * @throws uruk.jitlink.archive.UnreadableFileException if the file cannot be read
   * @throws LinkException if it is not a relocatable object file of a known target
   */
  static ObjectFile read(Path path) {
    return read(path, Targets.standard());
  }

  /**
   * Reads a file into memory; see {@link #read(Path)}.
   *
   * @param targets the targets to choose from
   */
  static ObjectFile read(Path path, Targets targets) {
    return of(path.toString(), ByteBuffer.wrap(FileKind.content(path)), targets);
  }

  /** {@return the object file with these bytes, which must not be changed any more} */
  static ObjectFile of(String name, byte[] content) {
    return of(name, ByteBuffer.wrap(content), Targets.standard());
  }

  /**
   * {@return the object file between the buffer's position and limit}
   *
   * @param name for errors and dumps
   * @param content the bytes, which must not be changed any more; copied unless on the heap
   * @param targets the targets to choose from
   * @throws LinkException if it is not a relocatable object file of one of the targets
   */
  static ObjectFile of(String name, ByteBuffer content, Targets targets) {
    return ElfObject.of(name, content, targets);
  }

  /**
   * {@return several objects as one, as if {@code ld -r} had joined them} They are linked faster so
   * than one by one, and removed or replaced together only. Of weak definitions with one name, and
   * of groups with one signature, the first counts; a strong definition wins over weak ones.
   *
   * @param name for errors and dumps; errors about a place name the file that it comes from
   * @param files as this interface reads them, at least one, for one machine; their initializers
   *     run in this order. A single one is returned as it is
   * @throws UnsupportedObjectException if they are for several machines
   * @throws IllegalArgumentException if there is none, or one was made otherwise
   */
  static ObjectFile merged(String name, List<ObjectFile> files) {
    ObjectMerge merge = new ObjectMerge(name, Set.of(), null);
    files.forEach(merge::add);
    return merge.merged();
  }
}
