package uruk.orc;

import com.google.common.collect.Streams;
import com.google.common.graph.Traverser;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
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
    text.append("  a generator of \"").append(slot.dylib().name()).append('"');
    if (holder != operation) {
      text.append(", busy with another look-up");
    }
    text.append(holder == null ? "" : turn(holder)).append('\n');
  }

  private static String turn(LookupOperation holder) {
    BlockedThreads.Run run = holder.generatorRun();
    if (run != null) {
      return onThread(run);
    }
    return holder.isSuspended() ? ", suspended" : ", until the dispatcher runs its task";
  }

  private static void describe(SymbolEntry symbol, StringBuilder text) {
    text.append("  ").append(place(symbol)).append('\n');
    unfinishedNeeds(symbol)
        .limit(LIMIT)
        .forEach(needed -> text.append("    needs ").append(place(needed)).append('\n'));
  }

  /** {@return what an emitted symbol waits for, over any number of emitted ones} */
  private static Stream<SymbolEntry> unfinishedNeeds(SymbolEntry symbol) {
    return Streams.stream(Traverser.forGraph(StallReport::needs).breadthFirst(symbol)).skip(1);
  }

  private static List<SymbolEntry> needs(SymbolEntry symbol) {
    DependenceNode node = symbol.node;
    return node == null
        ? List.of()
        : node.dependencies().stream()
            .filter(needed -> !needed.isRemoved() && needed.state() != SymbolState.READY)
            .toList();
  }

  private static String place(SymbolEntry symbol) {
    Definition owner = symbol.owner;
    return owner == null
        ? symbol.name()
        : "%s in \"%s\", unit %s, %s%s"
            .formatted(
                symbol.name(),
                owner.dylib().name(),
                owner.unitName(),
                symbol.state().text(),
                onThread(owner.run()));
  }

  private static String onThread(BlockedThreads.@Nullable Run run) {
    return run == null ? ", on no thread" : ", on thread " + run.thread().getName();
  }
}
