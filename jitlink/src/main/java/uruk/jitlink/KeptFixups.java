package uruk.jitlink;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.EdgeKindTable;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.OutsideTargets;

/**
 * The fix-ups of a linked graph, kept when the graph is gone: 16 bytes each, and the names and
 * addresses of what they refer to outside of the graph. They tell who uses a symbol and where, let
 * memory be checked at any time, and lead sites elsewhere when a definition is replaced.
 *
 * <p>A record is two words, counted from the object's lowest address:
 *
 * <pre>
 *   site offset : 32 | target offset, or index of an outside target : 32
 *   edge kind : 8 | outside : 1 | addend : 55
 * </pre>
 *
 * <p>Thread-safe: the records never change; the address of an outside target is one volatile word.
 */
public final class KeptFixups {
  private static final int ADDEND_BITS = 55;
  private static final long OUTSIDE = 1L << ADDEND_BITS;
  private static final int KIND_SHIFT = ADDEND_BITS + 1;
  private static final int[] NONE = {};

  private final EdgeKindTable kinds;
  private final long base;
  private final long globalOffsetTable;
  private final long[] records;
  private final String[] names;
  private final long[] addresses; // changed under lock

  /**
   * Something that a fix-up refers to beyond its own object, or that the object needs in another
   * way: a thread-local variable.
   *
   * @param name the symbol
   * @param address where it was when it was bound
   */
  public record OutsideTarget(String name, long address) {}

  /**
   * A fix-up whose memory does not hold what it should.
   *
   * @param site the address
   * @param kind what should be there
   * @param expected the value that should be there, its upper bits cut off
   * @param found the value that is there
   */
  public record Mismatch(long site, EdgeKind kind, long expected, long found) {
    /** {@return site, kind and both values} */
    @Override
    public String toString() {
      return "%s at 0x%x: 0x%x is expected, 0x%x is found"
          .formatted(kind.llvmName(), site, expected, found);
    }
  }

  /** Reads memory of the process that the object was linked for. */
  @FunctionalInterface
  public interface MemoryReader {
    /**
     * {@return the little- or big-endian number at an address, by the object's target,
     * zero-extended}
     *
     * @param size 1, 2, 4 or 8 bytes
     */
    long read(long address, int size);
  }

  private KeptFixups(LinkGraph graph, long base, Collector collected) {
    this.kinds = graph.target().edgeKinds();
    this.base = base;
    Symbol origin = graph.globalOffsetTable();
    this.globalOffsetTable = origin == null ? 0 : origin.address();
    this.records = collected.records();
    this.names = collected.outside.stream().map(OutsideTarget::name).toArray(String[]::new);
    this.addresses = collected.outside.stream().mapToLong(OutsideTarget::address).toArray();
  }

  /** Collects the fix-ups of a graph whose addresses are final; a post-fixup pass may call this. */
  public static KeptFixups of(LinkGraph graph) {
    return collected(new Collector(graph, false));
  }

  /** Collects only those that refer to things beyond the object; see {@link #of}. */
  public static KeptFixups ofOutside(LinkGraph graph) {
    return collected(new Collector(graph, true));
  }

  private static KeptFixups collected(Collector collector) {
    collector.collect();
    return new KeptFixups(collector.graph, collector.base, collector);
  }

  /** {@return the number of fix-ups} */
  public int size() {
    return records.length / 2;
  }

  /** {@return bytes that the records and the addresses take on the heap} */
  public long footprint() {
    return 8L * records.length + 12L * names.length;
  }

  /** {@return the address of fix-up {@code index}} */
  public long site(int index) {
    return base + (records[2 * index] >>> 32);
  }

  /** {@return what fix-up {@code index} stores} */
  public EdgeKind kind(int index) {
    return kinds.kind((int) (records[2 * index + 1] >>> KIND_SHIFT));
  }

  /** {@return the address that fix-up {@code index} refers to} */
  public long target(int index) {
    int reference = (int) records[2 * index];
    if (isOutside(index)) {
      synchronized (addresses) {
        return addresses[reference];
      }
    }
    return base + Integer.toUnsignedLong(reference);
  }

  /** {@return the symbol beyond the object that fix-up {@code index} refers to, or null} */
  public @Nullable String outsideTarget(int index) {
    return isOutside(index) ? names[(int) records[2 * index]] : null;
  }

  /** {@return the addend of fix-up {@code index}} */
  public long addend(int index) {
    return signExtended(records[2 * index + 1]);
  }

  /** {@return the symbols beyond the object that it refers to} */
  public List<OutsideTarget> outsideTargets() {
    List<OutsideTarget> targets = new ArrayList<>(names.length);
    synchronized (addresses) {
      for (int i = 0; i < names.length; i++) {
        targets.add(new OutsideTarget(names[i], addresses[i]));
      }
    }
    return targets;
  }

  /**
   * {@return the indexes of the fix-ups that refer to things beyond the object, by the thing's
   * index; none for what is not asked for} Goes over the fix-ups twice, however many things there
   * are.
   *
   * @param outsideTargets indexes in {@link #outsideTargets}
   */
  public int[][] usesOf(BitSet outsideTargets) {
    int[] counts = new int[names.length];
    forEachUse(outsideTargets, (target, use) -> counts[target]++);
    int[][] uses = new int[names.length][];
    Arrays.setAll(uses, target -> counts[target] == 0 ? NONE : new int[counts[target]]);
    forEachUse(
        outsideTargets,
        (target, use) -> uses[target][uses[target].length - counts[target]--] = use);
    return uses;
  }

  /** Is told of a fix-up. */
  private interface UseVisitor {
    void visit(int target, int use);
  }

  private void forEachUse(BitSet outsideTargets, UseVisitor visitor) {
    for (int i = 0, size = size(); i < size; i++) {
      if (isOutside(i) && outsideTargets.get((int) records[2 * i])) {
        visitor.visit((int) records[2 * i], i);
      }
    }
  }

  /** {@return the indexes of the fix-ups that refer to an address inside of the object} */
  public int[] referringTo(long address) {
    return IntStream.range(0, size())
        .filter(i -> !isOutside(i) && target(i) + implied(i) == address)
        .toArray();
  }

  /** What an instruction takes relative to its place counts from behind its last field. */
  private long implied(int index) {
    return addend(index) == 0 ? 0 : addend(index) + kind(index).field().size();
  }

  /**
   * Records that something beyond the object has another address; memory is not changed.
   *
   * @param outsideTarget its index in {@link #outsideTargets}
   */
  public void moved(int outsideTarget, long newAddress) {
    synchronized (addresses) {
      addresses[outsideTarget] = newAddress;
    }
  }

  /** {@return the names of the symbols beyond the object; one may occur more than once} */
  public List<String> outsideNames() {
    return List.of(names);
  }

  /** {@return the value that fix-up {@code index} stores, its upper bits cut off} */
  public long expected(int index) {
    return kind(index).field().kept(value(index, target(index)));
  }

  /** {@return the value that fix-up {@code index} would store if its target were elsewhere} */
  public long value(int index, long target) {
    return kind(index).formula().evaluate(target, site(index), addend(index), 0, globalOffsetTable);
  }

  /** {@return the fix-ups whose memory does not hold what it should} */
  public List<Mismatch> verify(MemoryReader memory) {
    return verify(memory, site -> true);
  }

  /**
   * {@return the fix-ups whose memory does not hold what it should}
   *
   * @param inMemory whether the memory at an address is still the object's
   */
  public List<Mismatch> verify(MemoryReader memory, LongPredicate inMemory) {
    List<Mismatch> mismatches = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      if (!inMemory.test(site(i))) {
        continue;
      }
      Field field = kind(i).field();
      long found = field.extract(memory.read(site(i), field.size()));
      if (found != expected(i)) {
        mismatches.add(new Mismatch(site(i), kind(i), expected(i), found));
      }
    }
    return mismatches;
  }

  private boolean isOutside(int index) {
    return (records[2 * index + 1] & OUTSIDE) != 0;
  }

  private static long signExtended(long addend) {
    int unused = Long.SIZE - ADDEND_BITS;
    return addend << unused >> unused;
  }

  /** Gathers records while the graph is there. */
  private static final class Collector {
    private static final int SOME = 64;

    private final LinkGraph graph;
    private final @Nullable OutsideTargets outsideTargets; // null if all edges are kept
    private final List<OutsideTarget> outside = new ArrayList<>();
    private final EdgeKindTable kinds;
    private final int[] indexes; // of outside targets from 1 on, by the symbol's ordinal
    private long[] records = {};
    private int size;
    private long base = -1L;

    Collector(LinkGraph graph, boolean outsideOnly) {
      this.graph = graph;
      this.outsideTargets = outsideOnly ? OutsideTargets.of(graph) : null;
      this.indexes = new int[graph.symbolCount()];
      this.kinds = graph.target().edgeKinds();
    }

    long[] records() {
      return records.length == 2 * size ? records : Arrays.copyOf(records, 2 * size);
    }

    void collect() {
      List<Block> blocks = new ArrayList<>();
      int edges = 0;
      for (Section section : graph.sections()) {
        if (section.memLifetime() == MemLifetime.STANDARD) {
          for (Block block : section.blocks()) {
            if (Long.compareUnsigned(block.address(), base) < 0) {
              base = block.address();
            }
            if (block.hasEdges()) {
              blocks.add(block);
              edges += block.edges().size();
            }
          }
        }
      }
      records = new long[2 * (outsideTargets == null ? edges : SOME)];
      blocks.forEach(this::collect);
      // Thread-local variables are referred to without fix-ups that could be led elsewhere.
      for (Symbol symbol : graph.externalSymbols()) {
        if (indexes[symbol.ordinal()] == 0) {
          var _ = outsideIndex(symbol);
        }
      }
    }

    private void collect(Block block) {
      Edges edges = block.edges();
      int count = edges.size();
      for (int i = next(edges, 0); i < count; i = next(edges, i + 1)) {
        int code = edges.code(i);
        if (kinds.fieldSize(code) > 0) {
          Symbol target = edges.target(i);
          long addend = edges.addend(i);
          // The size never changes: it is a constant here.
          long constant = kinds.formula(code) == Formula.SIZE ? addend + target.size() : addend;
          add(block, code, block.address() + edges.offset(i), target, constant);
        }
      }
    }

    /** {@return the first edge from an index on that is kept, or their number} */
    private int next(Edges edges, int from) {
      return outsideTargets == null ? from : outsideTargets.next(edges, from);
    }

    private void add(Block block, int code, long site, Symbol target, long constant) {
      if (signExtended(constant) != constant) {
        throw new UnsupportedObjectException(
            block.file(),
            "an addend of 0x" + Long.toHexString(constant),
            "Addends are at most 55 bits wide.");
      }
      long place = target.address() - base;
      boolean inside = target.defined() && place >>> 32 == 0;
      long reference = inside ? place : outsideIndex(target);
      if (records.length == 2 * size) {
        records = Arrays.copyOf(records, 4 * size);
      }
      records[2 * size] = ((site - base) << 32) | reference;
      records[2 * size + 1] =
          ((long) code << KIND_SHIFT) | (inside ? 0 : OUTSIDE) | (constant & (OUTSIDE - 1));
      size++;
    }

    private long outsideIndex(Symbol target) {
      int index = indexes[target.ordinal()];
      if (index == 0) {
        outside.add(new OutsideTarget(target.name(), target.address()));
        index = outside.size();
        indexes[target.ordinal()] = index;
      }
      return index - 1L;
    }
  }
}
