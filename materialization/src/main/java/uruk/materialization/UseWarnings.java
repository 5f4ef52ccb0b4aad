package uruk.materialization;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;
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
    if (!graph.warnings().isEmpty()) {
      // Before tables and entries stand between who uses a symbol and the symbol.
      passes.postPrune().addFirst(this::warnFilesOfOneObject);
    }
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
        sink.accept(line(object.name(), text));
      }
    }
  }

  /** Files that were merged into one object use each other's symbols, which are not external. */
  private void warnFilesOfOneObject(LinkGraph graph) {
    Set<String> lines = new LinkedHashSet<>();
    for (Block block : graph.blocks()) {
      if (block.hasEdges()) {
        Edges edges = block.edges();
        for (int i = 0; i < edges.size(); i++) {
          Symbol target = edges.target(i);
          String text = graph.warnings().get(target.name());
          if (text != null && target.defined() && !target.block().file().equals(block.file())) {
            lines.add(line(block.file(), text));
          }
        }
      }
    }
    lines.forEach(sink);
  }

  private static String line(String user, String text) {
    return user + ": warning: " + text.strip();
  }
}
