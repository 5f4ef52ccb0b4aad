package uruk.tools.jitlink;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * What the symbols of a graph hold, section by section, sixteen bytes a line. Bytes that no symbol
 * covers are left blank, as {@code llvm-jitlink -show-relocated-section-contents} does.
 */
final class RelocatedContents {
  private static final int WIDTH = 16;
  private static final Comparator<Symbol> BY_ADDRESS =
      Comparator.comparing(Symbol::address, Long::compareUnsigned);

  private final StringBuilder text = new StringBuilder();

  private RelocatedContents() {}

  static String of(LinkGraph graph) {
    RelocatedContents contents = new RelocatedContents();
    contents.text.append("Relocated section contents for ").append(graph.name()).append(":\n");
    Map<Long, List<Section>> byAddress = new TreeMap<>(Long::compareUnsigned);
    List<Section> empty = new ArrayList<>();
    for (Section section : graph.sections()) {
      section.symbols().stream()
          .min(BY_ADDRESS)
          .ifPresentOrElse(
              first ->
                  byAddress.computeIfAbsent(first.address(), _ -> new ArrayList<>(1)).add(section),
              () -> empty.add(section));
    }
    byAddress.values().forEach(sections -> sections.forEach(contents::section));
    empty.forEach(
        section -> contents.text.append(section.name()).append(" content:\n  section empty\n"));
    return contents.text.toString();
  }

  private void section(Section section) {
    text.append(section.name()).append(" content:");
    List<Symbol> symbols = new ArrayList<>(section.symbols());
    symbols.sort(BY_ADDRESS);
    long next = symbols.getFirst().address() & -WIDTH;
    for (Symbol symbol : symbols) {
      while (Long.compareUnsigned(next, symbol.address()) < 0) {
        cell(next++, "   ");
      }
      Block block = symbol.block();
      long end = symbol.address() + symbol.size();
      while (Long.compareUnsigned(next, end) < 0) {
        cell(next, " %02x".formatted(byteAt(block, next - block.address())));
        next++;
      }
    }
    text.append('\n');
  }

  private void cell(long address, String cell) {
    if ((address & WIDTH - 1) == 0) {
      text.append("\n0x%x:".formatted(address));
    }
    text.append(cell);
  }

  private static int byteAt(Block block, long offset) {
    return block.zeroFill()
        ? 0
        : Byte.toUnsignedInt(block.content().get(block.contentOffset() + (int) offset));
  }
}
