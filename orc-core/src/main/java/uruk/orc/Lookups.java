package uruk.orc;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Begins a session's look-ups, without the lock where all is ready, and knows those under way. The
 * methods are those of {@link ExecutionSession}, which says what they promise.
 */
final class Lookups {
  private final ExecutionSession session;

  // Guarded by the session lock.
  private final LookupQueue inFlight = new LookupQueue();

  Lookups(ExecutionSession session) {
    this.session = session;
  }

  CompletableFuture<SymbolMap> begin(
      LookupKind kind,
      SearchOrder order,
      SymbolLookupSet names,
      SymbolState required,
      @Nullable DependenceRegistrar registrar) {
    Objects.requireNonNull(kind);
    SymbolMap ready = registrar == null ? ready(order, names, required) : null;
    return ready != null
        ? CompletableFuture.completedFuture(ready)
        : start(new LookupRequest(kind, order, names, required, false, registrar, asking()))
            .future();
  }

  SymbolMap await(
      SearchOrder order, SymbolLookupSet names, SymbolState required, @Nullable Duration timeout) {
    SymbolMap ready = ready(order, names, required);
    if (ready != null) {
      return ready;
    }
    LookupRequest request =
        new LookupRequest(LookupKind.STATIC, order, names, required, false, null, asking());
    return BlockingWait.result(session, start(request), timeout);
  }

  private @Nullable SymbolMap ready(
      SearchOrder order, SymbolLookupSet names, SymbolState required) {
    LookupRequest.checkCanBeWaitedFor(required);
    session.checkOwn(order);
    return ReadyLookup.find(session, order, names, required);
  }

  /** {@return the unit that the calling thread materializes, or null} */
  private @Nullable Definition asking() {
    Definition running = Task.currentDefinition();
    return running != null && running.dylib().session() == session ? running : null;
  }

  CompletableFuture<Map<String, SymbolFlags>> beginForFlags(
      LookupKind kind, SearchOrder order, SymbolLookupSet names) {
    LookupRequest request =
        new LookupRequest(kind, order, names, SymbolState.NEVER_SEARCHED, true, null, asking());
    return derived(start(request).future(), SymbolMap::flags);
  }

  /**
   * {@return a future that ends as the other one does, with something made of its result}
   * Cancelling it cancels the other one.
   */
  static <T, R> CompletableFuture<R> derived(CompletableFuture<T> found, Function<T, R> made) {
    CompletableFuture<R> derived = new CompletableFuture<>();
    var _ =
        found.whenComplete((result, failure) -> {
          boolean _ =
              failure == null
                  ? derived.complete(made.apply(result))
                  : derived.completeExceptionally(failure);
        });
    var _ = derived.whenComplete((result, failure) -> found.cancel(false));
    return derived;
  }

  Optional<MemorySegment> findSegment(SearchOrder order, String name) {
    SymbolLookupSet names = SymbolLookupSet.weaklyReferenced(List.of(name));
    SymbolMap found = await(order, names, SymbolState.READY, null);
    return Optional.ofNullable(found.find(name))
        .map(symbol -> MemorySegment.ofAddress(symbol.address()));
  }

  LookupOperation start(LookupRequest request) {
    session.checkOwn(request.order());
    LookupOperation operation = new LookupOperation(session, request);
    operation.start();
    return operation;
  }

  /** {@return the place that a look-up keeps while it is under way; under the session lock} */
  LookupQueue.Place begun(LookupOperation operation) {
    return inFlight.add(operation);
  }

  /** A look-up is under way no more. Called under the session lock. */
  void ended(LookupQueue.Place place) {
    inFlight.remove(place);
  }

  /**
   * {@return the look-ups under way, in order of their beginning; called under the session lock}
   */
  List<LookupOperation> inFlight() {
    return inFlight.toList();
  }

  /** Fails what is under way, because the session is closed. Called under the session lock. */
  void failAll(Outcome outcome) {
    for (LookupOperation operation : inFlight()) {
      operation.failLocked(outcome, new SessionClosedException());
    }
  }
}
