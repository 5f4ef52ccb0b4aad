package uruk.jitlink.graph;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;

/**
 * The edges of one block, held as columns: hot loops read a column by index, all others take {@link
 * #asList()}. Edges keep the order in which they were added until {@link #sortByOffset()}.
 */
public final class Edges {
  private static final int[] NO_OFFSETS = {};
  private static final byte[] NO_KINDS = {};
  private static final Symbol[] NO_TARGETS = {};
  private static final long[] NO_ADDENDS = {};

  private final EdgeKindTable kinds;
  private int size;
  private long kindsSeen;
  private int[] offsets = NO_OFFSETS;
  private byte[] codes = NO_KINDS;
  private Symbol[] targets = NO_TARGETS;
  private long[] addends = NO_ADDENDS;

  Edges(EdgeKindTable kinds) {
    this.kinds = kinds;
  }

  /** {@return the number of edges} */
  public int size() {
    return size;
  }

  /** {@return whether there are no edges} */
  public boolean isEmpty() {
    return size == 0;
  }

  /** {@return bytes from the beginning of the block to fix-up {@code index}} */
  public int offset(int index) {
    return offsets[index];
  }

  /** {@return the {@linkplain EdgeKind#code() code} of the kind of edge {@code index}} */
  public int code(int index) {
    return codes[index] & 0xff;
  }

  /** {@return the kind of edge {@code index}} */
  public EdgeKind kind(int index) {
    return kinds.kind(codes[index] & 0xff);
  }

  /** {@return the target of edge {@code index}} */
  public Symbol target(int index) {
    return targets[index];
  }

  /** {@return the addend of edge {@code index}} */
  public long addend(int index) {
    return addends[index];
  }

  /** {@return edge {@code index} as a value} */
  public Edge edge(int index) {
    return new Edge(kind(index), offsets[index], targets[index], addends[index]);
  }

  /**
   * {@return whether an edge of the kind may be present} May be true wrongly, never false wrongly;
   * passes skip whole blocks with it.
   */
  public boolean mayContain(EdgeKind kind) {
    return (kindsSeen & 1L << kind.code()) != 0;
  }

  /**
   * Adds an edge.
   *
   * @throws IllegalArgumentException if the kind is not one of the graph's target
   */
  public void add(EdgeKind kind, int offset, Symbol target, long addend) {
    checkKind(kind);
    add(kind.code(), offset, target, addend);
  }

  /** Adds an edge by its kind's {@linkplain EdgeKind#code() code}, for readers that are hot. */
  public void add(int code, int offset, Symbol target, long addend) {
    if (code < 0 || code >= kinds.size()) {
      throw new IllegalArgumentException("edge kind code " + code);
    }
    if (size == offsets.length) {
      ensureCapacity(Math.max(4, size + (size >> 1) + 1));
    }
    offsets[size] = offset;
    codes[size] = (byte) code;
    targets[size] = target;
    addends[size] = addend;
    kindsSeen |= 1L << code;
    size++;
  }

  /** Adds an edge. */
  public void add(Edge edge) {
    add(edge.kind(), edge.offset(), edge.target(), edge.addend());
  }

  /** Gives edge {@code index} another kind and target; offset and addend stay. */
  public void set(int index, EdgeKind kind, Symbol target) {
    checkKind(kind);
    codes[index] = (byte) kind.code();
    targets[index] = target;
    kindsSeen |= 1L << kind.code();
  }

  /** Gives edge {@code index} another target. */
  public void setTarget(int index, Symbol target) {
    targets[index] = target;
  }

  /** Gives edge {@code index} another offset. */
  public void setOffset(int index, int offset) {
    offsets[index] = offset;
  }

  /** Gives edge {@code index} another addend. */
  public void setAddend(int index, long addend) {
    addends[index] = addend;
  }

  /** Removes edge {@code index}; later edges move down by one. */
  public void remove(int index) {
    int tail = size - index - 1;
    System.arraycopy(offsets, index + 1, offsets, index, tail);
    System.arraycopy(codes, index + 1, codes, index, tail);
    System.arraycopy(targets, index + 1, targets, index, tail);
    System.arraycopy(addends, index + 1, addends, index, tail);
    size--;
  }

  /** Removes all edges. */
  public void clear() {
    size = 0;
    kindsSeen = 0;
  }

  /** Makes room for {@code capacity} edges in all. */
  public void ensureCapacity(int capacity) {
    if (capacity > offsets.length) {
      offsets = Arrays.copyOf(offsets, capacity);
      codes = Arrays.copyOf(codes, capacity);
      targets = Arrays.copyOf(targets, capacity);
      addends = Arrays.copyOf(addends, capacity);
    }
  }

  /** Orders the edges by offset; edges at one offset keep their order. */
  public void sortByOffset() {
    if (sorted()) {
      return;
    }
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      order[i] = (long) offsets[i] << 32 | i;
    }
    Arrays.sort(order);
    permute(order);
  }

  /** {@return the edges as values: a live view that can be read but not changed} */
  public List<Edge> asList() {
    return new AbstractList<>() {
      @Override
      public Edge get(int index) {
        if (index >= size) {
          throw new IndexOutOfBoundsException(index);
        }
        return edge(index);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  /** {@return the edges at an offset, in their order} */
  public List<Edge> at(int offset) {
    return asList().stream().filter(edge -> edge.offset() == offset).toList();
  }

  private boolean sorted() {
    for (int i = 1; i < size; i++) {
      if (offsets[i] < offsets[i - 1]) {
        return false;
      }
    }
    return true;
  }

  private void permute(long[] order) {
    int[] newOffsets = new int[size];
    byte[] newCodes = new byte[size];
    Symbol[] newTargets = new Symbol[size];
    long[] newAddends = new long[size];
    for (int i = 0; i < size; i++) {
      int from = (int) order[i];
      newOffsets[i] = offsets[from];
      newCodes[i] = codes[from];
      newTargets[i] = targets[from];
      newAddends[i] = addends[from];
    }
    offsets = newOffsets;
    codes = newCodes;
    targets = newTargets;
    addends = newAddends;
  }

  private void checkKind(EdgeKind kind) {
    if (!kinds.contains(kind)) {
      throw new IllegalArgumentException(
          "edge kind " + kind.llvmName() + " is not one of the graph's target");
    }
  }
}
