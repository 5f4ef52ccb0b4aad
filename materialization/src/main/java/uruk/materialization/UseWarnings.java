package uruk.materialization;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;
import uruk.orc.MaterializationResponsibility;

/**
 * Tells the warnings that objects attach to the use of their symbols (ELF: sections {@code
 * .gnu.warning.NAME}), once for each object that uses such a symbol, as a linker of files does.
 * Thread-safe.
 */
public final class UseWarnings implements LinkPlugin {
  private final Map<String, String> texts = new ConcurrentHashMap<>();
  private final Consumer<String> sink;

  /**
   * Makes a plugin.
   *
   * @param sink gets each warning as a line that begins with the using object; may be called by
   *     several threads at once
   */
  public UseWarnings(Consumer<String> sink) {
    this.sink = sink;
  }

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    texts.putAll(graph.warnings());
    // By then the objects that define what this one uses have been read.
    passes.preFixup().add(linked -> warn(object, linked));
  }

  private void warn(LinkedObject object, LinkGraph graph) {
    if (texts.isEmpty()) {
      return;
    }
    for (Symbol external : graph.externalSymbols()) {
      String text = texts.get(external.name());
      if (text != null) {
        sink.accept(object.name() + ": warning: " + text.strip());
      }
    }
  }
}
