package uruk.materialization.platform;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.MaterializationResponsibility;

/**
 * Links thread-local variables of all models. Each object that defines some becomes a module of the
 * process's dynamic linker, which is unloaded when the object is removed. Thread-safe.
 */
public final class ThreadLocalPlugin implements LinkPlugin {
  private final Map<LinkedObject, ThreadLocalPasses> objects = new ConcurrentHashMap<>();

  /** Makes a plugin; add it to a linking layer. */
  public ThreadLocalPlugin() {}

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    ThreadLocalPasses link = new ThreadLocalPasses();
    objects.put(object, link);
    passes.postPrune().addFirst(link::takeOut);
    passes.postAllocation().add(link::loadOwn);
    passes.postFixup().addFirst(link::fixUp);
  }

  @Override
  public void notifyFailed(LinkedObject object, Throwable cause) {
    release(object);
  }

  @Override
  public void notifyRemoving(LinkedObject object) {
    release(object);
  }

  private void release(LinkedObject object) {
    ThreadLocalPasses link = objects.remove(object);
    if (link != null) {
      link.release();
    }
  }
}
