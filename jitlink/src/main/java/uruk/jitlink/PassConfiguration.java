package uruk.jitlink;

import java.util.ArrayList;
import java.util.List;

/**
 * The passes of one link, by the phase they run in. Passes run in list order; the linker puts the
 * target's own in first, and {@link LinkContext#modifyPassConfiguration} may add, remove and
 * reorder.
 *
 * @param prePrune The graph is as it was read: blocks have the object file's addresses, nothing is
 *     stripped. For marking symbols live, discarding definitions that lost, splitting blocks.
 * @param postPrune Only what is live is left; nothing has an address yet. For adding blocks: global
 *     offset table entries, stubs, thread-local descriptors.
 * @param postAllocation Blocks have their final addresses and their content is in working memory;
 *     externals are unknown and nobody has been told of the definitions. For data structures that
 *     must exist before anyone can learn an address.
 * @param preFixup All symbols have their final addresses; nothing has been fixed up. For late
 *     optimizations such as bypassing stubs. Sections that such a pass adds get memory before the
 *     fix-ups, if the memory manager can ({@link
 *     uruk.jitlink.memory.InFlightAllocation#allocateAdded}).
 * @param postFixup Working memory is complete. For inspection and checking.
 */
public record PassConfiguration(
    List<Pass> prePrune,
    List<Pass> postPrune,
    List<Pass> postAllocation,
    List<Pass> preFixup,
    List<Pass> postFixup) {

  /** Makes a configuration without passes, whose lists can be changed. */
  public PassConfiguration() {
    this(
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>());
  }
}
