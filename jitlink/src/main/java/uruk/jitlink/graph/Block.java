package uruk.jitlink.graph;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that move as one, with the edges that leave them. The bytes are either content or
 * zero-fill.
 *
 * <p>Before allocation the content is a part of the object file's buffer, which is shared and not
 * to be written: ask for {@link #mutableContent()}. {@code MemoryManager.allocate} copies it into
 * working memory and points the block there; from then on writing is writing to the target.
 */
public final class Block extends Addressable {
  private Section section;
  private String file;
  private long size;
  private long alignment;
  private long alignmentOffset;
  private @Nullable ByteBuffer content;
  private int contentOffset;
  private boolean contentMutable;
  private @Nullable Edges edges;
  private @Nullable EdgeSource unread;
  boolean reached;

  Block(
      Section section, String file, long size, long address, long alignment, long alignmentOffset) {
    super(address);
    this.section = section;
    this.file = file;
    this.size = size;
    this.alignment = checkAlignment(alignment);
    this.alignmentOffset = checkAlignmentOffset(alignmentOffset);
  }

  /** {@return the section this block belongs to} */
  public Section section() {
    return section;
  }

  /**
   * {@return the object file it comes from, for errors: the graph's name, unless it has several}
   */
  public String file() {
    return file;
  }

  /** Says that the block was a part of another one. */
  void comesFrom(Block whole) {
    file = whole.file;
  }

  /** {@return the number of bytes} */
  public long size() {
    return size;
  }

  /** {@return whether all bytes are zero and none are stored} */
  public boolean zeroFill() {
    return content == null;
  }

  /**
   * {@return the buffer that holds the content, in the graph's byte order} The block's bytes begin
   * at {@link #contentOffset()}; the buffer's position and limit mean nothing.
   *
   * @throws IllegalStateException if the block is zero-fill
   */
  public ByteBuffer content() {
    ByteBuffer buffer = content;
    if (buffer == null) {
      throw new IllegalStateException("a zero-fill block has no content: " + this);
    }
    return buffer;
  }

  /** {@return where in {@link #content()} the block's bytes begin} */
  public int contentOffset() {
    return contentOffset;
  }

  /** {@return whether {@link #content()} belongs to this graph and may be written} */
  public boolean contentMutable() {
    return contentMutable;
  }

  /**
   * {@return the block's bytes as a buffer of their own, position 0, in the graph's byte order,
   * sharing their memory}
   */
  public ByteBuffer contentSlice() {
    ByteBuffer buffer = content();
    return buffer.slice(contentOffset, (int) size).order(buffer.order());
  }

  /** {@return a copy of the block's bytes; zeros for a zero-fill block} */
  public byte[] contentCopy() {
    byte[] bytes = new byte[Math.toIntExact(size)];
    if (content != null) {
      content.get(contentOffset, bytes);
    }
    return bytes;
  }

  /**
   * {@return the block's bytes, which may be written: copied first if they are the object file's}
   */
  public ByteBuffer mutableContent() {
    if (!contentMutable) {
      ByteBuffer copy = ByteBuffer.wrap(contentCopy()).order(content().order());
      setMutableContent(copy, 0, size);
    }
    return contentSlice();
  }

  /**
   * Sets content that this graph does not write to. The buffer must have the graph's byte order.
   */
  public void setContent(ByteBuffer buffer, int offset, long newSize) {
    readEdges(); // they are checked against the old content
    content = buffer;
    contentOffset = offset;
    contentMutable = false;
    size = newSize;
  }

  /** Sets content that belongs to this graph. The buffer must have the graph's byte order. */
  public void setMutableContent(ByteBuffer buffer, int offset, long newSize) {
    setContent(buffer, offset, newSize);
    contentMutable = true;
  }

  /** Makes this a zero-fill block of the given size. */
  public void setZeroFillSize(long newSize) {
    readEdges();
    content = null;
    contentMutable = false;
    size = newSize;
  }

  /** {@return the power of two that the address is aligned to, give or take the offset} */
  public long alignment() {
    return alignment;
  }

  /** {@return the address modulo the alignment} */
  public long alignmentOffset() {
    return alignmentOffset;
  }

  /**
   * Sets the alignment.
   *
   * @throws IllegalArgumentException if it is not a power of two or not above the offset
   */
  public void setAlignment(long newAlignment, long newAlignmentOffset) {
    alignment = checkAlignment(newAlignment);
    alignmentOffset = checkAlignmentOffset(newAlignmentOffset);
  }

  /** {@return the lowest address from {@code from} on at which this block may begin} */
  public long align(long from) {
    return from + (alignmentOffset - from & alignment - 1);
  }

  /**
   * Has edges read when somebody asks for this block's, which nobody does if nothing needs the
   * block. They are added to those that it has.
   */
  public void readEdgesLater(EdgeSource source) {
    section.graph().readEdgesLater();
    EdgeSource before = unread;
    unread =
        before == null
            ? source
            : block -> {
              before.addTo(block);
              source.addTo(block);
            };
  }

  private void readEdges() {
    EdgeSource source = unread;
    if (source != null) {
      unread = null;
      source.addTo(this);
    }
  }

  /** {@return whether the block is in its graph, and has not been removed} */
  public boolean inGraph() {
    return slot != NOWHERE;
  }

  /** {@return whether any edge leaves this block} */
  public boolean hasEdges() {
    readEdges();
    return edges != null && !edges.isEmpty();
  }

  /** {@return the edges that leave this block} */
  public Edges edges() {
    readEdges();
    return edgesRead();
  }

  private Edges edgesRead() {
    Edges existing = edges;
    if (existing == null) {
      existing = new Edges(section.graph());
      edges = existing;
    }
    return existing;
  }

  /** Keeps what a symbol points to for as long as this block; reads no edges for it. */
  public void keepAlive(Symbol needed) {
    edgesRead().add(GenericEdgeKind.KEEP_ALIVE, 0, needed, 0);
  }

  /**
   * Adds an edge.
   *
   * @param kind what the edge means
   * @param offset bytes from the beginning of this block to the fix-up
   * @param target what the edge points to
   * @param addend the constant of the kind's formula
   * @throws IllegalArgumentException if the fix-up is not inside the block's content, or the kind
   *     belongs to another target
   */
  public void addEdge(EdgeKind kind, long offset, Symbol target, long addend) {
    int width = kind.field().size();
    if (offset < 0 || offset > size - width || (zeroFill() && width > 0)) {
      throw new IllegalArgumentException(
          kind.llvmName() + " edge at offset 0x%x is outside of %s".formatted(offset, this));
    }
    edges().add(kind, (int) offset, target, addend);
  }

  /** {@return the edges, which this block has no longer} */
  Edges takeEdges() {
    Edges taken = edges();
    edges = null;
    return taken;
  }

  void moveTo(Section newSection) {
    section = newSection;
  }

  private static long checkAlignment(long alignment) {
    if (Long.bitCount(alignment) != 1 || alignment < 0) {
      throw new IllegalArgumentException("alignment " + alignment + " is not a power of two");
    }
    return alignment;
  }

  private long checkAlignmentOffset(long offset) {
    if (offset < 0 || offset >= alignment) {
      throw new IllegalArgumentException(
          "alignment offset " + offset + " is not below the alignment " + alignment);
    }
    return offset;
  }

  /** {@return section, address and size} */
  @Override
  public String toString() {
    return "block 0x%x of section %s, size 0x%x".formatted(address(), section.name(), size);
  }
}
