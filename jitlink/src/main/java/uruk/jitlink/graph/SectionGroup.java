package uruk.jitlink.graph;

import java.util.List;

/**
 * Blocks that are kept or discarded as one, because other objects may bring the same ones (ELF: a
 * section group with GRP_COMDAT).
 *
 * @param signature the name that identifies the group among all objects
 * @param blocks its blocks as they were read
 */
public record SectionGroup(String signature, List<Block> blocks) {

  /** Copies the list. */
  public SectionGroup {
    blocks = List.copyOf(blocks);
  }
}
