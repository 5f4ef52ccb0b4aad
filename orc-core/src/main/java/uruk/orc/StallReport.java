package uruk.orc;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what look-ups wait for. Made under the session lock. */
final class StallReport {
  private static final int LIMIT = 50;

  private StallReport() {}

  static String of(Collection<LookupOperation> inFlight) {
    StringBuilder text = new StringBuilder();
    inFlight.stream().limit(LIMIT).forEach(operation -> describe(operation, text));
    if (inFlight.size() > LIMIT) {
      text.append("and %d more look-ups%n".formatted(inFlight.size() - LIMIT));
    }
    return text.toString();
  }

  private static void describe(LookupOperation operation, StringBuilder text) {
    text.append("Look-up of ")
        .append(SymbolNames.some(operation.request().names().names()))
        .append(" by ")
        .append(operation.requester())
        .append(" waits for\n");
    GeneratorSlot slot = operation.heldGenerator();
    if (slot != null) {
      describe(operation, slot, text);
    }
    List<SymbolEntry> pending = operation.pending();
    pending.stream().limit(LIMIT).forEach(symbol -> describe(symbol, text));
    if (pending.size() > LIMIT) {
      text.append("  and %d more symbols%n".formatted(pending.size() - LIMIT));
    }
  }

  private static void describe(LookupOperation operation, GeneratorSlot slot, StringBuilder text) {
    LookupOperation holder = slot.holder();
    BlockedThreads.Run run = holder == null ? null : holder.generatorRun();
    text.append("  a generator of \"").append(slot.dylib().name()).append('"');
    if (holder != operation) {
      text.append(", busy with another look-up");
    }
    text.append(run == null ? ", suspended" : onThread(run)).append('\n');
  }

  private static void describe(SymbolEntry symbol, StringBuilder text) {
    Definition owner = symbol.owner;
    text.append("  ").append(symbol.name());
    if (owner != null) {
      text.append(" in \"")
          .append(owner.dylib().name())
          .append("\", unit ")
          .append(owner.unitName())
          .append(", ")
          .append(symbol.state().text())
          .append(onThread(owner.run()));
    }
    text.append('\n');
    if (symbol.node != null) {
      describeDependencies(symbol.node, text);
    }
  }

  private static String onThread(BlockedThreads.@Nullable Run run) {
    return run == null ? ", on no thread" : ", on thread " + run.thread().getName();
  }

  private static void describeDependencies(DependenceNode node, StringBuilder text) {
    for (SymbolEntry dependency : node.dependencies()) {
      if (!dependency.isRemoved() && dependency.state() != SymbolState.READY) {
        text.append("    needs ")
            .append(dependency.name())
            .append(", ")
            .append(dependency.state().text());
        if (dependency.owner != null) {
          text.append(", unit ").append(dependency.owner.unitName());
        }
        text.append('\n');
      }
    }
  }
}
