package uruk.orc;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Begins a session's look-ups, without the lock where all is ready, and knows those under way. The
 * methods are those of {@link ExecutionSession}, which says what they promise.
 */
final class Lookups {
  private final ExecutionSession session;

  // Guarded by the session lock.
  private final Set<LookupOperation> inFlight = new LinkedHashSet<>();

  Lookups(ExecutionSession session) {
    this.session = session;
  }

  CompletableFuture<SymbolMap> begin(
      LookupKind kind,
      SearchOrder order,
      SymbolLookupSet names,
      SymbolState required,
      @Nullable DependenceRegistrar registrar) {
    SymbolMap ready = registrar == null ? ReadyLookup.find(session, order, names, required) : null;
    if (ready != null) {
      return CompletableFuture.completedFuture(ready);
    }
    return start(
            new LookupRequest(
                kind, order, names, required, false, registrar, Task.currentDefinition()))
        .future();
  }

  SymbolMap await(
      SearchOrder order, SymbolLookupSet names, SymbolState required, @Nullable Duration timeout) {
    SymbolMap ready = ReadyLookup.find(session, order, names, required);
    if (ready != null) {
      return ready;
    }
    LookupOperation operation =
        start(
            new LookupRequest(
                LookupKind.STATIC, order, names, required, false, null, Task.currentDefinition()));
    return BlockingWait.result(session, operation, timeout);
  }

  CompletableFuture<Map<String, SymbolFlags>> beginForFlags(
      LookupKind kind, SearchOrder order, SymbolLookupSet names) {
    LookupRequest request =
        new LookupRequest(
            kind, order, names, SymbolState.NEVER_SEARCHED, true, null, Task.currentDefinition());
    CompletableFuture<SymbolMap> found = start(request).future();
    CompletableFuture<Map<String, SymbolFlags>> flags = found.thenApply(SymbolMap::flags);
    var _ = flags.whenComplete((result, failure) -> found.cancel(false));
    return flags;
  }

  Optional<MemorySegment> findSegment(SearchOrder order, String name) {
    SymbolLookupSet names = SymbolLookupSet.weaklyReferenced(List.of(name));
    SymbolMap found = await(order, names, SymbolState.READY, null);
    return Optional.ofNullable(found.find(name))
        .map(symbol -> MemorySegment.ofAddress(symbol.address()));
  }

  LookupOperation start(LookupRequest request) {
    LookupOperation operation = new LookupOperation(session, request);
    operation.start();
    return operation;
  }

  /** {@return the look-ups under way; guarded by the session lock} */
  Set<LookupOperation> inFlight() {
    return inFlight;
  }

  /** Fails what is under way, because the session is closed. Called under the session lock. */
  void failAll(Outcome outcome) {
    for (LookupOperation operation : List.copyOf(inFlight)) {
      operation.failLocked(outcome, new SessionClosedException());
    }
  }
}
