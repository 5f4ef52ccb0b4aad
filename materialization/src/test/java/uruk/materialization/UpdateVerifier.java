package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Compares the memory of all linked objects with their kept records after every update, roll-back
 * and removal of a test. A field of a test with {@code @AutoClose} fails it when something
 * differed.
 */
public final class UpdateVerifier implements ReplacementListener, AutoCloseable {
  private final ObjectLinkingLayer layer;
  private final ConcurrentLinkedQueue<String> differences = new ConcurrentLinkedQueue<>();

  private UpdateVerifier(ObjectLinkingLayer layer) {
    this.layer = layer;
  }

  /** {@return one that watches a layer's updates from now on} */
  public static UpdateVerifier of(ObjectLinkingLayer layer) {
    UpdateVerifier verifier = new UpdateVerifier(layer);
    layer.addListener(verifier);
    return verifier;
  }

  @Override
  public void updated(Replacement replacement) {
    verify();
  }

  @Override
  public void removed(List<LinkedObject> objects) {
    verify();
  }

  private void verify() {
    var found = layer.verify();
    if (!found.isEmpty()) {
      differences.add(found.toString());
    }
  }

  @Override
  public void close() {
    assertThat(differences).as("memory that differed from its records after an update").isEmpty();
  }
}
