package uruk.materialization.platform;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.dwarf.DebugSections;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;

/**
 * Takes the debug sections of one file out of a graph that may have several: one file's are never
 * damaged by another's, nor too large together.
 */
final class FileDebugSections {
  private static final String LINES = ".debug_line";
  private static final String LINE_STRINGS = ".debug_line_str";
  private static final String STRINGS = ".debug_str";

  private final LinkGraph graph;
  private final String file;

  private FileDebugSections(LinkGraph graph, String file) {
    this.graph = graph;
    this.file = file;
  }

  /** {@return the sections that the lines of a file's code are in, relocated} */
  static DebugSections read(LinkGraph graph, String file) {
    FileDebugSections sections = new FileDebugSections(graph, file);
    List<Block> lines = sections.blocks(LINES);
    List<Block> lineStrings = sections.blocks(LINE_STRINGS);
    List<Block> strings = sections.blocks(STRINGS);
    return new DebugSections(
        file,
        graph.target().pointerSize(),
        sections.content(lines),
        sections.content(lineStrings),
        sections.content(strings));
  }

  /** {@return the blocks of a section, placed at their offsets, by which they are referred to} */
  private List<Block> blocks(String name) {
    List<Block> found = new ArrayList<>(1);
    Section section = graph.findSection(name);
    long offset = 0;
    if (section != null) {
      for (Block block : section.blocks()) {
        if (!block.zeroFill() && block.file().equals(file)) {
          block.setAddress(offset);
          offset += block.size();
          found.add(block);
        }
      }
    }
    return found;
  }

  private ByteBuffer content(List<Block> blocks) {
    if (blocks.size() == 1) {
      return relocated(blocks.getFirst());
    }
    int size = blocks.stream().mapToInt(block -> (int) block.size()).sum();
    ByteBuffer all = ByteBuffer.allocate(size).order(graph.byteOrder());
    blocks.forEach(block -> all.put(relocated(block)));
    return all.flip();
  }

  private static ByteBuffer relocated(Block block) {
    ByteBuffer bytes = block.mutableContent();
    if (block.hasEdges()) {
      Edges edges = block.edges();
      for (int i = 0; i < edges.size(); i++) {
        Field field = edges.kind(i).field();
        if (field.size() > 0) {
          field.store(bytes, edges.offset(i), edges.target(i).address() + edges.addend(i));
        }
      }
    }
    return bytes;
  }
}
