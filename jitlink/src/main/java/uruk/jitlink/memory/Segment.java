package uruk.jitlink.memory;

import java.util.List;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;

/**
 * The blocks of a graph that share protection and lifetime, with their places relative to the
 * segment's beginning: first all content blocks, then all zero-fill blocks.
 */
public final class Segment {
  private final MemProt memProt;
  private final MemLifetime memLifetime;
  private final List<Block> blocks;
  private final long[] offsets;
  private final int contentBlocks;
  private final long alignment;
  private final long contentSize;
  private final long size;

  Segment(MemProt memProt, MemLifetime memLifetime, List<Block> contents, List<Block> zeroFills) {
    this.memProt = memProt;
    this.memLifetime = memLifetime;
    this.contentBlocks = contents.size();
    contents.addAll(zeroFills);
    this.blocks = List.copyOf(contents);
    this.offsets = new long[blocks.size()];
    long end = 0;
    long contentEnd = 0;
    long strictest = 1;
    for (int i = 0; i < offsets.length; i++) {
      Block block = blocks.get(i);
      offsets[i] = Math.addExact(end, block.align(end) - end);
      end = Math.addExact(offsets[i], block.size());
      strictest = Math.max(strictest, block.alignment());
      if (i < contentBlocks) {
        contentEnd = end;
      }
    }
    this.alignment = strictest;
    this.contentSize = contentEnd;
    this.size = end;
  }

  /** {@return the protection once finalized} */
  public MemProt memProt() {
    return memProt;
  }

  /** {@return how long the memory lives} */
  public MemLifetime memLifetime() {
    return memLifetime;
  }

  /** {@return the blocks in the order of their offsets} */
  public List<Block> blocks() {
    return blocks;
  }

  /** {@return bytes from the segment's beginning to block {@code index} of {@link #blocks()}} */
  public long offset(int index) {
    return offsets[index];
  }

  /** {@return how many of {@link #blocks()}, from the first, have content} */
  public int contentBlocks() {
    return contentBlocks;
  }

  /** {@return the strictest alignment of any block; the segment must begin at a multiple of it} */
  public long alignment() {
    return alignment;
  }

  /** {@return bytes up to the end of the last content block} */
  public long contentSize() {
    return contentSize;
  }

  /** {@return bytes after {@link #contentSize()} that are only zero} */
  public long zeroFillSize() {
    return size - contentSize;
  }

  /** {@return bytes in all} */
  public long size() {
    return size;
  }
}
