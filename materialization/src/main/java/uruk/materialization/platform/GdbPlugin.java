package uruk.materialization.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.materialization.ObjectLinkingLayer;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;

/**
 * Tells GDB of linked objects while they are there, so that it knows their functions, source lines,
 * variables and frames, whether it has started the process or attaches later. Thread-safe.
 */
public final class GdbPlugin implements LinkPlugin {
  private final Map<LinkedObject, Link> links = new ConcurrentHashMap<>();
  private final Map<LinkedObject, GdbInterface.Registration> registered = new ConcurrentHashMap<>();

  /** What the passes of one link take down. */
  private static final class Link {
    private final PlacedBlocks blocks = new PlacedBlocks(_ -> true);
    private final List<SegmentRange> frames = new ArrayList<>();

    void placed(LinkGraph graph) {
      blocks.place(graph);
      Section section = graph.findSection(".eh_frame");
      if (section == null || section.isEmpty()) {
        return;
      }
      long begin = section.blocks().stream().mapToLong(Block::address).min().orElseThrow();
      long end =
          section.blocks().stream()
              .mapToLong(block -> block.address() + block.size())
              .max()
              .orElseThrow();
      frames.add(new SegmentRange(section.memProt(), begin, end - begin));
    }
  }

  private GdbPlugin() {}

  /**
   * Adds debugger support to a layer, for the objects that it links from now on. They get pages of
   * their own, because debuggers cannot set breakpoints in pages that mappings share, and the layer
   * keeps the object files.
   */
  public static void addTo(ObjectLinkingLayer layer) {
    layer.keepFiles();
    layer.useOwnPages();
    layer.addPlugin(new GdbPlugin());
  }

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    Link link = new Link();
    links.put(object, link);
    passes.prePrune().addFirst(link.blocks::remember);
    passes.postFixup().add(link::placed);
  }

  @Override
  public void notifyEmitted(LinkedObject object, ResourceKey key) {
    Link link = links.remove(object);
    ObjectFile file = object.file();
    if (link != null && file != null) {
      try {
        byte[] debugObject = DebugObject.create(file, link.blocks, link.frames);
        registered.put(object, GdbInterface.shared().register(debugObject));
      } catch (LinkException malformed) {
        // Debug information that cannot be read is as good as none.
      }
    }
  }

  @Override
  public void notifyFailed(LinkedObject object, Throwable cause) {
    links.remove(object);
  }

  @Override
  public void notifyRemoving(LinkedObject object) {
    GdbInterface.Registration registration = registered.remove(object);
    if (registration != null) {
      GdbInterface.shared().unregister(registration);
    }
  }
}
