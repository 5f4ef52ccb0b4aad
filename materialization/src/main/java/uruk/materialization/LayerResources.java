package uruk.materialization;

import com.google.common.base.Throwables;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.orc.JITDylib;
import uruk.orc.ResourceKey;
import uruk.orc.ResourceManager;

/** What the session tells a layer of trackers: their objects go, or belong to another one. */
final class LayerResources implements ResourceManager {
  private final LinkedObjects objects;
  private final List<LinkPlugin> plugins;
  private final Updates updates;

  LayerResources(LinkedObjects objects, List<LinkPlugin> plugins, Updates updates) {
    this.objects = objects;
    this.plugins = plugins;
    this.updates = updates;
  }

  @Override
  public void handleRemoveResources(JITDylib dylib, ResourceKey key) {
    List<LinkedObject> newestFirst = objects.detachAll(key).reversed();
    Throwable failure = notifyPlugins(dylib, key, newestFirst);
    newestFirst.forEach(updates::free);
    if (failure != null) {
      Throwables.throwIfUnchecked(failure);
    }
  }

  private @Nullable Throwable notifyPlugins(
      JITDylib dylib, ResourceKey key, List<LinkedObject> removed) {
    Throwable first = null;
    for (LinkPlugin plugin : plugins.reversed()) {
      try {
        removed.forEach(plugin::notifyRemoving);
        plugin.notifyRemovingResources(dylib, key);
      } catch (RuntimeException | Error failure) {
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    return first;
  }

  @Override
  public void handleTransferResources(JITDylib dylib, ResourceKey destination, ResourceKey source) {
    objects.transfer(destination, source);
    plugins
        .reversed()
        .forEach(plugin -> plugin.notifyTransferringResources(dylib, destination, source));
  }
}
