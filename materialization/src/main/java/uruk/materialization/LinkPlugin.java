package uruk.materialization;

import java.util.List;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.orc.JITDylib;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;

/**
 * Watches and changes links of an {@link ObjectLinkingLayer}. Plugins are called in the order in
 * which they were added, and when resources go in reverse order. An exception from {@link
 * #modifyPassConfiguration} or {@link #notifyEmitted} fails the link; exceptions from the others go
 * to the session's error reporter, after all plugins were called.
 *
 * <p>Methods may be called by several threads at once, for different objects.
 */
public interface LinkPlugin {
  /**
   * A link begins. The plugin may add passes.
   *
   * @param object what is linked
   * @param responsibility the symbols that the link must produce
   * @param graph the graph as it was read
   * @param passes the passes so far; the layer's own are among them
   */
  default void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {}

  /**
   * A link has succeeded; its memory is complete, its symbols are about to be emitted. What the
   * plugin keeps for the object it must give back in {@link #notifyRemovingResources}.
   *
   * @param key identifies the tracker that the object belongs to now
   */
  default void notifyEmitted(LinkedObject object, ResourceKey key) {}

  /** A link has failed. */
  default void notifyFailed(LinkedObject object, Throwable cause) {}

  /**
   * A linked object is about to be freed; its code and data are still there. Called for each object
   * of a key, in the reverse order of their links, before {@link #notifyRemovingResources}.
   */
  default void notifyRemoving(LinkedObject object) {}

  /**
   * The code of a replaced version is about to be freed, because nothing runs it; its data stay.
   * {@link #notifyRemoving} follows when they go.
   */
  default void notifyFreeingCode(LinkedObject object) {}

  /**
   * New versions of objects are linked and about to become current: what must run before does so
   * now. An exception ends the update; the versions are then removed.
   *
   * @param objects in the order in which the update names them
   */
  default void initialize(List<LinkedObject> objects) {}

  /** The resources of a key are about to be freed; code and data are still there. */
  default void notifyRemovingResources(JITDylib dylib, ResourceKey key) {}

  /**
   * What belonged to one key belongs to another now. Called <em>inside</em> the session lock: must
   * be short and must not look anything up.
   */
  default void notifyTransferringResources(
      JITDylib dylib, ResourceKey destination, ResourceKey source) {}
}
