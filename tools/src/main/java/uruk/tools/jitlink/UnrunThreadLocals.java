package uruk.tools.jitlink;

import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.pass.ThreadLocalLayout;
import uruk.jitlink.x86_64.ThreadLocalKeys;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.MaterializationResponsibility;

/**
 * Links thread-local variables where nothing is run and no platform provides storage: what {@code
 * llvm-jitlink} makes of them, at the addresses that it gives them.
 */
final class UnrunThreadLocals implements LinkPlugin {

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    passes.prePrune().add(UnrunThreadLocals::placeAmongWritableData);
    passes.postPrune().addFirst(ThreadLocalKeys::build);
  }

  /**
   * A platform copies initial images and keeps them constant; LLVM places them by their ELF flags.
   */
  private static void placeAmongWritableData(LinkGraph graph) {
    ThreadLocalLayout.of(graph).offsets().keySet().stream()
        .map(Block::section)
        .forEach(section -> section.setMemProt(MemProt.READ_WRITE));
  }
}
