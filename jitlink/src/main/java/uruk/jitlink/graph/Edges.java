package uruk.jitlink.graph;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The edges of one block, held as columns: hot loops read a column by index, all others take {@link
 * #asList()}. Edges keep the order in which they were added until {@link #sortByOffset()}.
 *
 * <p>Columns are numbers, 13 bytes an edge: targets are held by their {@link Symbol#ordinal()}, so
 * that a million edges are nothing that the collector must look at. Addends take four bytes each
 * until one needs more.
 */
public final class Edges {
  private static final int[] NO_OFFSETS = {};
  private static final byte[] NO_KINDS = {};
  private static final int[] NO_TARGETS = {};
  private static final int[] NO_ADDENDS = {};

  private final LinkGraph graph;
  private final EdgeKindTable kinds;
  private int size;
  private long kindsSeen;
  private int[] offsets = NO_OFFSETS;
  private byte[] codes = NO_KINDS;
  private int[] targets = NO_TARGETS;
  private int[] addends = NO_ADDENDS;
  private long @Nullable [] wideAddends; // instead of addends, once one of them needs it

  Edges(LinkGraph graph) {
    this.graph = graph;
    this.kinds = graph.target().edgeKinds();
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
    return graph.symbol(targets[index]);
  }

  /** {@return the {@linkplain Symbol#ordinal() number} of the target of edge {@code index}} */
  public int targetOrdinal(int index) {
    return targets[index];
  }

  /**
   * {@return the first edge from an index on whose target is marked, or {@link #size()}}
   *
   * @param marked by the targets' {@linkplain Symbol#ordinal() ordinals}; later symbols are not
   */
  public int nextTo(boolean[] marked, int from) {
    int at = from;
    while (at < size && (targets[at] >= marked.length || !marked[targets[at]])) {
      at++;
    }
    return at;
  }

  /** {@return the addend of edge {@code index}} */
  public long addend(int index) {
    return wideAddends == null ? addends[index] : wideAddends[index];
  }

  /** {@return edge {@code index} as a value} */
  public Edge edge(int index) {
    return new Edge(kind(index), offsets[index], target(index), addend(index));
  }

  /**
   * {@return whether an edge of the kind may be present} May be true wrongly, never false wrongly;
   * passes skip whole blocks with it.
   */
  public boolean mayContain(EdgeKind kind) {
    return mayContainAny(bit(kind));
  }

  /** {@return whether edges of any of the kinds may be present} See {@link #mayContain}. */
  public boolean mayContainAny(long kindBits) {
    return (kindsSeen & kindBits) != 0;
  }

  /** {@return a kind's bit for {@link #mayContainAny}; kinds of high codes share one} */
  public static long bit(EdgeKind kind) {
    return 1L << kind.code();
  }

  /**
   * Adds an edge.
   *
   * @throws IllegalArgumentException if the kind is not one of the graph's target, or the target
   *     not a symbol of the graph
   */
  public void add(EdgeKind kind, int offset, Symbol target, long addend) {
    checkKind(kind);
    checkTarget(target);
    add(kind.code(), offset, target, addend);
  }

  /**
   * Adds an edge by its kind's {@linkplain EdgeKind#code() code}, for readers that are hot. The
   * target must be a symbol of the graph.
   */
  public void add(int code, int offset, Symbol target, long addend) {
    if (code < 0 || code >= kinds.size()) {
      throw new IllegalArgumentException("edge kind code " + code);
    }
    if (size == offsets.length) {
      ensureCapacity(Math.max(4, size + (size >> 1) + 1));
    }
    offsets[size] = offset;
    codes[size] = (byte) code;
    targets[size] = target.ordinal();
    putAddend(size, addend);
    kindsSeen |= 1L << code;
    size++;
  }

  /**
   * Adds many edges, given as columns, for readers that are hot.
   *
   * @param count how many, from the beginning of each column
   * @param kindCodes the {@linkplain EdgeKind#code() codes} of kinds of the graph's target
   * @param symbols the {@linkplain Symbol#ordinal() ordinals} of symbols of the graph
   */
  public void addAll(
      int count, int[] fixupOffsets, byte[] kindCodes, int[] symbols, long[] edgeAddends) {
    if (size + count > offsets.length) {
      ensureCapacity(Math.max(size + count, size + (size >> 1)));
    }
    System.arraycopy(fixupOffsets, 0, offsets, size, count);
    System.arraycopy(kindCodes, 0, codes, size, count);
    System.arraycopy(symbols, 0, targets, size, count);
    long seen = kindsSeen;
    for (int i = 0; i < count; i++) {
      seen |= 1L << kindCodes[i];
    }
    kindsSeen = seen;
    for (int i = putNarrowAddends(count, edgeAddends); i < count; i++) {
      putAddend(size + i, edgeAddends[i]);
    }
    size += count;
  }

  /** Adds an edge. */
  public void add(Edge edge) {
    add(edge.kind(), edge.offset(), edge.target(), edge.addend());
  }

  /** Gives edge {@code index} another kind and target; offset and addend stay. */
  public void set(int index, EdgeKind kind, Symbol target) {
    checkKind(kind);
    codes[index] = (byte) kind.code();
    setTarget(index, target);
    kindsSeen |= 1L << kind.code();
  }

  /** Gives edge {@code index} another target. */
  public void setTarget(int index, Symbol target) {
    checkTarget(target);
    targets[index] = target.ordinal();
  }

  /** Gives edge {@code index} another offset. */
  public void setOffset(int index, int offset) {
    offsets[index] = offset;
  }

  /** Gives edge {@code index} another addend. */
  public void setAddend(int index, long addend) {
    putAddend(index, addend);
  }

  /** Removes many edges at once; the others keep their order. */
  public void removeAll(BitSet indices) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!indices.get(i)) {
        offsets[kept] = offsets[i];
        codes[kept] = codes[i];
        targets[kept] = targets[i];
        if (wideAddends == null) {
          addends[kept] = addends[i];
        } else {
          wideAddends[kept] = wideAddends[i];
        }
        kept++;
      }
    }
    size = kept;
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
      if (wideAddends == null) {
        addends = Arrays.copyOf(addends, capacity);
      } else {
        wideAddends = Arrays.copyOf(wideAddends, capacity);
      }
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
    int[] newTargets = new int[size];
    long[] newAddends = new long[size];
    for (int i = 0; i < size; i++) {
      int from = (int) order[i];
      newOffsets[i] = offsets[from];
      newCodes[i] = codes[from];
      newTargets[i] = targets[from];
      newAddends[i] = addend(from);
    }
    offsets = newOffsets;
    codes = newCodes;
    targets = newTargets;
    wideAddends = newAddends;
  }

  /** Puts addends up to the first that needs more than four bytes; returns how many. */
  private int putNarrowAddends(int count, long[] edgeAddends) {
    if (wideAddends != null) {
      return 0;
    }
    int[] narrow = addends;
    for (int i = 0; i < count; i++) {
      int addend = (int) edgeAddends[i];
      if (addend != edgeAddends[i]) {
        return i;
      }
      narrow[size + i] = addend;
    }
    return count;
  }

  private void putAddend(int index, long addend) {
    long[] wide = wideAddends;
    if (wide == null) {
      int narrow = (int) addend;
      if (narrow == addend) {
        addends[index] = narrow;
        return;
      }
      wide = widenAddends();
    }
    wide[index] = addend;
  }

  private long[] widenAddends() {
    long[] wide = new long[addends.length];
    Arrays.setAll(wide, i -> addends[i]);
    wideAddends = wide;
    addends = NO_ADDENDS;
    return wide;
  }

  private void checkTarget(Symbol target) {
    if (!graph.owns(target)) {
      throw new IllegalArgumentException(
          "%s is not a symbol of %s".formatted(target, graph.name()));
    }
  }

  private void checkKind(EdgeKind kind) {
    if (!kinds.contains(kind)) {
      throw new IllegalArgumentException(
          "edge kind " + kind.llvmName() + " is not one of the graph's target");
    }
  }
}
