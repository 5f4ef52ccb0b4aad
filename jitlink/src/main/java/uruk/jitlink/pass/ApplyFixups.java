package uruk.jitlink.pass;

import java.nio.ByteBuffer;
import uruk.jitlink.FixupAlignmentException;
import uruk.jitlink.FixupOutOfRangeException;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.EdgeKindTable;
import uruk.jitlink.graph.Edges;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/**
 * The fix-up phase, for every target: evaluates each edge's formula and stores the value into its
 * field, as the target's table says.
 */
public final class ApplyFixups {
  private final EdgeKindTable kinds;
  private final long got;

  private ApplyFixups(LinkGraph graph) {
    kinds = graph.target().edgeKinds();
    Symbol origin = graph.globalOffsetTable();
    got = origin == null ? 0 : origin.address();
  }

  /**
   * Fixes a graph up, whose symbols all have their final addresses.
   *
   * @throws FixupOutOfRangeException if a value does not fit
   * @throws FixupAlignmentException if a value is not a multiple of what its field needs
   * @throws UnsupportedObjectException if an edge that a pass must transform was not transformed,
   *     as thread-local ones where no platform provides storage
   * @throws IllegalStateException if an edge lies outside of its block
   */
  public static void apply(LinkGraph graph) {
    ApplyFixups fixups = new ApplyFixups(graph);
    for (Section section : graph.sections()) {
      for (Block block : section.blocks()) {
        if (block.hasEdges()) {
          fixups.apply(block);
        }
      }
    }
  }

  private void apply(Block block) {
    if (block.zeroFill()) {
      return;
    }
    if (!block.contentMutable()) {
      block.mutableContent();
    }
    ByteBuffer content = block.content();
    int begin = block.contentOffset();
    long address = block.address();
    long size = block.size();
    Edges edges = block.edges();
    for (int i = 0, count = edges.size(); i < count; i++) {
      int code = edges.code(i);
      int offset = edges.offset(i);
      int width = kinds.fieldSize(code);
      if (width == 0) {
        continue;
      }
      if (offset < 0 || offset > size - width) {
        throw new IllegalStateException("edge outside of its block: " + edges.edge(i));
      }
      Symbol target = edges.target(i);
      Formula formula = kinds.formula(code);
      if (formula == Formula.NONE) {
        throw refusal(block, edges.edge(i));
      }
      long value =
          formula.evaluate(target.address(), address + offset, edges.addend(i), target.size(), got);
      if (!kinds.holds(code, value)) {
        throw new FixupOutOfRangeException(block, edges.edge(i), value);
      }
      Field field = kinds.field(code);
      if (!field.aligned(value)) {
        throw new FixupAlignmentException(block, edges.edge(i), value);
      }
      field.store(content, begin + offset, value);
    }
  }

  /** Thread-local kinds come through a plain link; what else has no value is our mistake. */
  private static UnsupportedObjectException refusal(Block block, Edge edge) {
    Symbol target = edge.target();
    return new UnsupportedObjectException(
        block.file(),
        "an edge %s to %s, at 0x%x of %s,"
            .formatted(
                edge.kind().llvmName(),
                target.hasName() ? target.name() : "an unnamed symbol",
                edge.offset(),
                block),
        "A pass must give it a value before fix-ups; thread-local ones need a platform that provides"
            + " thread-local storage.");
  }
}
