package uruk.tools.jitlink;

import static uruk.tools.jitlink.JitlinkOption.ADD_SELF_RELOCATIONS;
import static uruk.tools.jitlink.JitlinkOption.CHECK;
import static uruk.tools.jitlink.JitlinkOption.POST_FIXUP_SIZE;
import static uruk.tools.jitlink.JitlinkOption.PRE_PRUNE_SIZE;
import static uruk.tools.jitlink.JitlinkOption.SHOW_ADDRS;
import static uruk.tools.jitlink.JitlinkOption.SHOW_CONTENTS;
import static uruk.tools.jitlink.JitlinkOption.SHOW_GRAPHS;
import static uruk.tools.jitlink.JitlinkOption.SHOW_LINKED_FILES;
import static uruk.tools.jitlink.JitlinkOption.WRITE_SYMTAB;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.check.LinkedGraphs;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.MaterializationResponsibility;
import uruk.tools.UsageException;

/** The passes that options ask for: each looks at a graph at some moment of its link. */
final class LinkReports implements LinkPlugin {
  private final JitlinkRequest request;
  private final PrintStream out;
  private final Optional<Pattern> graphs;
  private final LinkedGraphs linked = new LinkedGraphs();
  private final SymbolTableFile symbols = new SymbolTableFile();
  private final AtomicLong sizeBeforePruning = new AtomicLong();
  private final AtomicLong sizeAfterFixups = new AtomicLong();

  LinkReports(JitlinkRequest request, PrintStream out) {
    this.request = request;
    this.out = out;
    this.graphs = request.value(SHOW_GRAPHS).map(LinkReports::pattern);
  }

  private static Pattern pattern(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "for the --show-graphs option: '%s' is no regular expression: %s"
              .formatted(regex, e.getDescription()));
    }
  }

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    if (request.has(SHOW_LINKED_FILES)) {
      print("Linking " + graph.name() + "\n");
    }
    if (request.has(PRE_PRUNE_SIZE)) {
      passes.prePrune().addFirst(read -> sizeBeforePruning.addAndGet(size(read)));
    }
    if (request.has(ADD_SELF_RELOCATIONS)) {
      passes.postPrune().add(SelfRelocations::add);
    }
    if (request.has(CHECK) || request.has(SHOW_ADDRS)) {
      passes.postFixup().add(linked::add);
    }
    if (graphs.isPresent() && graphs.get().matcher(graph.name()).find()) {
      passes.postFixup().add(this::printGraph);
    }
    if (request.has(SHOW_CONTENTS)) {
      passes.postFixup().add(fixedUp -> print(RelocatedContents.of(fixedUp)));
    }
    if (request.has(WRITE_SYMTAB)) {
      passes.postFixup().add(symbols::add);
    }
    if (request.has(POST_FIXUP_SIZE)) {
      passes.postFixup().add(fixedUp -> sizeAfterFixups.addAndGet(size(fixedUp)));
    }
  }

  /** {@return what was linked, for checks} */
  LinkedGraphs linked() {
    return linked;
  }

  void writeSymbols() {
    request.value(WRITE_SYMTAB).ifPresent(file -> symbols.write(Path.of(file)));
  }

  void printSizes() {
    if (request.has(PRE_PRUNE_SIZE) || request.has(POST_FIXUP_SIZE)) {
      print("Statistics:\n");
    }
    if (request.has(PRE_PRUNE_SIZE)) {
      print("  Total size of all blocks before pruning: %d\n".formatted(sizeBeforePruning.get()));
    }
    if (request.has(POST_FIXUP_SIZE)) {
      print("  Total size of all blocks after fixups: %d\n".formatted(sizeAfterFixups.get()));
    }
  }

  private void printGraph(LinkGraph graph) {
    print("Link graph \"%s\" post-fixup:\n%s".formatted(graph.name(), graph.dump()));
  }

  /** In one piece: several threads may link. */
  private void print(String text) {
    out.print(text);
  }

  private static long size(LinkGraph graph) {
    return graph.blocks().stream().mapToLong(Block::size).sum();
  }
}
