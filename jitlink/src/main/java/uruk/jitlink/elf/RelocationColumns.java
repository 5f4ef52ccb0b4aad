package uruk.jitlink.elf;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.Relocation;
import uruk.jitlink.graph.Target;

/**
 * What reading relocations works on: a target's table as columns by relocation number, filled as
 * numbers occur, and the edges of one batch as columns. Arrays for a loop that calls nothing; one
 * for all files of a graph.
 */
final class RelocationColumns {
  // What is in the column of codes beside codes of edge kinds.
  private static final int IGNORED = -1;
  private static final int REFUSED = -2; // ignored outside of memory: debug information
  private static final int UNREAD = -3;

  private static final int SMALLEST = 64;

  private final Target target;

  /** Codes of edge kinds, negative for relocations that make no edge. */
  int[] codes = {};

  /** Bytes that a relocation changes. */
  int[] widths = {};

  /** What is added to the file's addend. */
  int[] adjustments = {};

  // The edges of one batch.
  int[] edgeOffsets = {};
  byte[] edgeKinds = {};
  int[] edgeTargets = {};
  long[] edgeAddends = {};

  RelocationColumns(Target target) {
    this.target = target;
  }

  Target target() {
    return target;
  }

  /** Makes room for a batch of so many edges. */
  void makeRoom(int count) {
    if (count > edgeOffsets.length) {
      edgeOffsets = new int[count];
      edgeKinds = new byte[count];
      edgeTargets = new int[count];
      edgeAddends = new long[count];
    }
  }

  /** {@return whether the columns have a relocation that is never refused} */
  boolean isKnown(int type) {
    return type >= 0 && type < codes.length && codes[type] >= IGNORED;
  }

  /** {@return the relocation of a number, which is in the columns now; null if there is none} */
  @Nullable Relocation learn(int type) {
    Relocation relocation = target.elfRelocation(type);
    if (relocation == null || type < 0 || type >= Target.RELOCATION_NUMBERS) {
      return null;
    }
    grow(type);
    EdgeKind kind = relocation.edgeKind();
    if (relocation.refusal() != null) {
      codes[type] = REFUSED;
    } else if (kind == null) {
      codes[type] = IGNORED;
    } else {
      codes[type] = kind.code();
      widths[type] = kind.field().size();
      adjustments[type] = relocation.addendRule().adjustment();
    }
    return relocation;
  }

  private void grow(int type) {
    int old = codes.length;
    if (type >= old) {
      int length = Math.max(SMALLEST, Integer.highestOneBit(type) << 1);
      codes = Arrays.copyOf(codes, length);
      Arrays.fill(codes, old, length, UNREAD);
      widths = Arrays.copyOf(widths, length);
      adjustments = Arrays.copyOf(adjustments, length);
    }
  }
}
