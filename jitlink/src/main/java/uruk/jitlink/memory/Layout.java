package uruk.jitlink.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;

/**
 * How a graph's blocks are put into segments: by protection and lifetime, in the order of {@link
 * MemProt} and then of {@link MemLifetime}; inside by the sections' order, then address, then size.
 * Sections that are empty or take no memory are left out.
 */
public final class Layout {
  // Plain lambdas: those of Comparator's factories are no part of the JDK's AOT cache, and take
  // milliseconds of the first link.
  private static final Comparator<Section> BY_ORDINAL =
      (a, b) -> Integer.compare(a.ordinal(), b.ordinal());

  private static final Comparator<Block> BY_ADDRESS =
      (a, b) -> {
        int byAddress = Long.compareUnsigned(a.address(), b.address());
        return byAddress != 0 ? byAddress : Long.compare(a.size(), b.size());
      };

  private final List<Segment> segments;

  private Layout(List<Segment> segments) {
    this.segments = segments;
  }

  /**
   * Lays a graph out. Nothing of the graph changes.
   *
   * @throws MemoryAllocationException if sizes add up to more than an address space
   */
  public static Layout of(LinkGraph graph) {
    return of(graph.name(), graph.sections());
  }

  /** Lays some sections of a graph out, which is named in errors; see {@link #of(LinkGraph)}. */
  static Layout of(String graph, Collection<Section> laidOut) {
    List<Section> sections = new ArrayList<>(laidOut);
    sections.sort(BY_ORDINAL);
    try {
      return new Layout(segments(sections));
    } catch (ArithmeticException tooLarge) {
      throw new MemoryAllocationException(
          graph + ": the sizes of its blocks add up to more than an address space", tooLarge);
    }
  }

  /** {@return the segments that have blocks, in order} */
  public List<Segment> segments() {
    return segments;
  }

  /**
   * Gives the blocks of a segment their addresses and copies content into working memory, where the
   * blocks' content is from then on.
   *
   * @param segment one of {@link #segments()}
   * @param address the segment's target address, a multiple of its alignment
   * @param memory working memory for the segment's content, in the graph's byte order; bytes
   *     between blocks become zero, as linkers fill them
   * @param offset where in {@code memory} the segment begins
   */
  public static void place(Segment segment, long address, ByteBuffer memory, int offset) {
    List<Block> blocks = segment.blocks();
    int end = offset;
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      block.setAddress(address + segment.offset(i));
      if (i < segment.contentBlocks()) {
        int at = offset + (int) segment.offset(i);
        int size = (int) block.size();
        while (end < at) {
          memory.put(end++, (byte) 0);
        }
        memory.put(at, block.content(), block.contentOffset(), size);
        block.setMutableContent(memory, at, size);
        end = at + size;
      }
    }
  }

  private static List<Segment> segments(List<Section> sections) {
    List<Segment> segments = new ArrayList<>();
    for (MemProt memProt : MemProt.values()) {
      for (MemLifetime lifetime : List.of(MemLifetime.STANDARD, MemLifetime.FINALIZE)) {
        Segment segment = segment(sections, memProt, lifetime);
        if (!segment.blocks().isEmpty()) {
          segments.add(segment);
        }
      }
    }
    return List.copyOf(segments);
  }

  private static Segment segment(List<Section> sections, MemProt memProt, MemLifetime lifetime) {
    List<Block> contents = new ArrayList<>();
    List<Block> zeroFills = new ArrayList<>();
    List<Block> ordered = new ArrayList<>();
    for (Section section : sections) {
      if (section.memProt() == memProt && section.memLifetime() == lifetime) {
        ordered.clear();
        ordered.addAll(section.blocks());
        ordered.sort(BY_ADDRESS);
        for (Block block : ordered) {
          (block.zeroFill() ? zeroFills : contents).add(block);
        }
      }
    }
    return new Segment(memProt, lifetime, contents, zeroFills);
  }
}
