package uruk.jitlink.pass;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.Pass;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * Pre-fixup pass for what lies too far away: branches get a stub near the graph, references to data
 * a thunk ({@link uruk.jitlink.graph.Target#extendRange}), short pointers to functions the stub's
 * address, and tables of exception types a pointer. What cannot be helped is left for the fix-up to
 * refuse. Most graphs have nothing of that and are not touched.
 */
public final class FarReferences implements Pass {
  private static final String THUNKS_SECTION = "$__THUNKS";
  private static final String POINTERS_SECTION = "$__THUNK_POINTERS";

  /** What a signed 32-bit displacement reaches for sure, wherever in its section it stands. */
  private static final long REACH = (1L << 31) - (1 << 24);

  /** Makes the pass. */
  public FarReferences() {}

  @Override
  public void run(LinkGraph graph) {
    if (anyFar(graph)) {
      new Graph(graph).extend();
    }
  }

  private static boolean anyFar(LinkGraph graph) {
    for (Section section : graph.sections()) {
      if (section.memProt().executable()) {
        for (Block block : section.blocks()) {
          // Blocks of one graph lie together: what is near one is near all.
          return anyFar(block, graph.externalSymbols()) || anyFar(block, graph.absoluteSymbols());
        }
      }
    }
    return false;
  }

  /** Without lambdas: the JDK's cache has only those that are met when it is made. */
  private static boolean anyFar(Block from, Iterable<Symbol> symbols) {
    for (Symbol symbol : symbols) {
      if (far(from, symbol)) {
        return true;
      }
    }
    return false;
  }

  /** {@return whether a branch from somewhere in a block might not reach a symbol} */
  public static boolean far(Block from, Symbol to) {
    return Math.abs(to.address() - from.address()) > REACH;
  }

  /** A place inside of a target, or its beginning. */
  private record Place(Symbol target, long addend) {
    // By hand: a record's own ones are method handles, slow until they are compiled.
    @Override
    public boolean equals(Object other) {
      return other instanceof Place place && place.target.equals(target) && place.addend == addend;
    }

    @Override
    public int hashCode() {
      return 31 * target.hashCode() + Long.hashCode(addend);
    }
  }

  /** The far references of one graph. */
  private static final class Graph {
    private final LinkGraph graph;
    private final OutsideTargets outside;
    private final Map<Place, Symbol> stubs = new HashMap<>();
    private @Nullable Section thunks;
    private @Nullable Section pointers;
    private @Nullable ExceptionTypes exceptionTypes;

    Graph(LinkGraph graph) {
      this.graph = graph;
      this.outside = OutsideTargets.of(graph);
    }

    void extend() {
      for (Section section : graph.sections().toArray(Section[]::new)) {
        boolean code = section.memProt().executable();
        Map<Block, int[]> starts = new HashMap<>();
        for (Block block : section.blocks()) {
          if (!block.hasEdges() || block.zeroFill()) {
            continue;
          }
          if (!code) {
            extendData(block);
          } else if (leadBranchesToStubs(block)) {
            extendInstructions(section, block, starts);
          }
        }
      }
    }

    private void extendData(Block block) {
      Edges edges = block.edges();
      for (int i = outside.next(edges, 0); i < edges.size(); i = outside.next(edges, i + 1)) {
        if (outOfRange(block, edges, i)) {
          extendData(block, edges, i);
        }
      }
    }

    /** {@return whether there are far references that their kinds do not tell to be branches} */
    private boolean leadBranchesToStubs(Block block) {
      Edges edges = block.edges();
      boolean others = false;
      for (int i = outside.next(edges, 0); i < edges.size(); i = outside.next(edges, i + 1)) {
        if (outOfRange(block, edges, i)) {
          if (graph.target().branches(edges.kind(i))) {
            leadToStub(edges, i);
          } else {
            others = true;
          }
        }
      }
      return others;
    }

    private void extendInstructions(Section section, Block block, Map<Block, int[]> starts) {
      Edges edges = block.edges();
      edges.sortByOffset(); // those of one instruction beside each other
      int instruction = 0; // the last one that was found, so that a function is walked once
      for (int i = 0, size = edges.size(); i < size; i++) {
        if (!edges.target(i).defined() && outOfRange(block, edges, i)) {
          instruction = extendInstruction(section, block, i, starts, instruction);
        }
      }
    }

    private boolean outOfRange(Block block, Edges edges, int index) {
      EdgeKind kind = edges.kind(index);
      if (kind.formula() == Formula.NONE || kind.field().size() != Integer.BYTES) {
        return false;
      }
      Symbol target = edges.target(index);
      Symbol table = graph.globalOffsetTable();
      long value =
          kind.formula()
              .evaluate(
                  target.address(),
                  block.address() + edges.offset(index),
                  edges.addend(index),
                  target.size(),
                  table == null ? 0 : table.address());
      return !kind.field().holds(value);
    }

    /**
     * {@return the offset of the edge's instruction, or of the one known before}
     *
     * @param known the offset of an instruction, or 0
     */
    private int extendInstruction(
        Section section, Block block, int edge, Map<Block, int[]> starts, int known) {
      Edges edges = block.edges();
      if (starts.isEmpty()) {
        starts.putAll(functions(section));
      }
      int start = startBefore(edges.offset(edge), starts.getOrDefault(block, new int[] {0}));
      if (known <= edges.offset(edge)) {
        start = Math.max(start, known);
      }
      if (graph.target().branches(block, edge, start)) {
        leadToStub(edges, edge);
        return known;
      }
      int found = graph.target().extendRange(block, edge, start, thunks(), pointers());
      return found < 0 ? known : found;
    }

    /** A branch into a function needs a stub of its own, which leads there. */
    private void leadToStub(Edges edges, int edge) {
      EdgeKind kind = edges.kind(edge);
      long toBeginning = kind.formula() == Formula.DELTA ? -kind.field().size() : 0;
      edges.setTarget(edge, stub(edges.target(edge), edges.addend(edge) - toBeginning));
      edges.setAddend(edge, toBeginning);
    }

    private static int startBefore(int offset, int[] starts) {
      int found = Arrays.binarySearch(starts, offset);
      int start = found >= 0 ? found : -found - 2;
      return start < 0 ? 0 : starts[start];
    }

    /** Where functions begin in each block. */
    private static Map<Block, int[]> functions(Section section) {
      Map<Block, int[]> functions = new HashMap<>();
      // No lambdas and streams: the JDK makes classes of them at every start.
      for (Map.Entry<Block, List<Symbol>> each : section.symbolsByBlock().entrySet()) {
        int[] offsets = new int[each.getValue().size()];
        int count = 0;
        for (Symbol symbol : each.getValue()) {
          if (symbol.callable()) {
            offsets[count++] = (int) symbol.offset();
          }
        }
        Arrays.sort(offsets, 0, count);
        functions.put(each.getKey(), Arrays.copyOf(offsets, count));
      }
      return functions;
    }

    private void extendData(Block block, Edges edges, int index) {
      boolean pointer = edges.kind(index).formula() == Formula.POINTER;
      if (ExceptionTypes.isTable(block.section())) {
        exceptionTypes().pointIndirectly(block, index, this::pointer);
      } else if (pointer && edges.addend(index) == 0) {
        // A function can be called by way of its stub; data cannot.
        if (edges.target(index).callable() || isPersonality(block)) {
          edges.setTarget(index, stub(edges.target(index), 0));
        }
      }
    }

    private static boolean isPersonality(Block block) {
      return block.section().name().equals(EhFrame.SECTION);
    }

    private ExceptionTypes exceptionTypes() {
      ExceptionTypes types = exceptionTypes;
      if (types == null) {
        types = new ExceptionTypes(graph);
        exceptionTypes = types;
      }
      return types;
    }

    private Symbol pointer(Symbol target, long addend) {
      Symbol pointer = graph.target().createAnonymousPointer(pointers(), target);
      pointer.block().edges().setAddend(0, addend);
      return pointer;
    }

    private Symbol stub(Symbol target, long addend) {
      Place place = new Place(target, addend);
      Symbol known = stubs.get(place);
      if (known == null) {
        known = graph.target().createPointerJumpStub(thunks(), pointer(target, addend));
        stubs.put(place, known);
      }
      return known;
    }

    private Section thunks() {
      Section section = thunks;
      if (section == null) {
        section = graph.createSection(THUNKS_SECTION, MemProt.READ_EXEC);
        thunks = section;
      }
      return section;
    }

    private Section pointers() {
      Section section = pointers;
      if (section == null) {
        section = graph.createSection(POINTERS_SECTION, MemProt.READ);
        pointers = section;
      }
      return section;
    }
  }
}
