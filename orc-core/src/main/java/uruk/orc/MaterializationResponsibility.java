package uruk.orc;

import com.google.common.collect.ImmutableSet;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The duty to produce certain symbols. Its holder reports their addresses ({@link
 * #notifyResolved}), then that they are in place and what they depend on ({@link #notifyEmitted}),
 * or fails them ({@link #failMaterialization}); it may hand parts on ({@link #delegate}) or back
 * ({@link #replace}).
 *
 * <p>Every method throws a {@link ResourceTrackerDefunctException} once the tracker has been
 * removed; the holder then releases what it has made and calls {@link #failMaterialization}, which
 * does nothing any more. A responsibility that becomes unreachable unfinished fails its symbols, so
 * that nobody waits for them for ever.
 *
 * <p>Safe for use by many threads, one after another.
 */
public final class MaterializationResponsibility {
  private final Definition definition;

  /** Kept for error texts, which find it through the definition. */
  private final MaterializationUnit unit;

  private final ExecutionSession session;
  private final Drop drop;
  private final Cleaner.Cleanable cleanable;

  MaterializationResponsibility(Definition definition, MaterializationUnit unit) {
    this.unit = unit;
    this.definition = definition;
    this.session = definition.dylib().session();
    this.drop = new Drop(definition);
    this.cleanable = DroppedHandles.watch(this, drop);
  }

  /** Runs when the handle has become unreachable; must not refer to it. */
  private static final class Drop implements Runnable {
    private final Definition definition;
    private volatile boolean settled;

    private Drop(Definition definition) {
      this.definition = definition;
    }

    @Override
    public void run() {
      if (!settled) {
        Emission.fail(definition, new ResponsibilityDroppedException(definition.unitName()));
      }
    }
  }

  /**
   * {@return names and flags of the symbols that are neither emitted nor failed, in the unit's
   * order}
   */
  public Map<String, SymbolFlags> symbols() {
    return session.locked(() -> definition.responsibilities(entry -> true));
  }

  /** {@return the symbols of {@link #symbols()} that look-ups, or emitted symbols, wait for now} */
  public Set<String> requestedSymbols() {
    return session.locked(
        () -> ImmutableSet.copyOf(definition.responsibilities(SymbolEntry::isAwaited).keySet()));
  }

  /** {@return the symbol whose look-up runs the unit's initializers} */
  public Optional<String> initSymbol() {
    return session.locked(() -> Optional.ofNullable(definition.initSymbol));
  }

  /** {@return the dylib in which the symbols are defined} */
  public JITDylib targetDylib() {
    return definition.dylib();
  }

  /** {@return the name of the unit, for error texts} */
  public String unitName() {
    return definition.unitName();
  }

  /** {@return the tracker that owns the symbols now; defunct if it has been removed} */
  public ResourceTracker tracker() {
    return session.locked(() -> definition.tracker().handle());
  }

  /**
   * Runs an action inside the session lock with the key under which resource managers hold what
   * belongs to these symbols: as long as it runs the tracker is neither removed nor transferred. It
   * must be short.
   *
   * @throws ResourceTrackerDefunctException if the tracker has been removed
   */
  public void withResourceKey(Consumer<ResourceKey> action) {
    Objects.requireNonNull(action);
    boolean _ =
        session.runSessionLocked(() -> {
          definition.tracker().checkUsable();
          action.accept(definition.tracker().key());
          return true;
        });
  }

  /**
   * Looks symbols up on behalf of this unit: like {@link ExecutionSession#lookup(LookupKind,
   * SearchOrder, SymbolLookupSet, SymbolState, DependenceRegistrar)}, but errors, stall reports and
   * the search for deadlocks know who asks. Does not check the tracker.
   */
  public CompletableFuture<SymbolMap> lookup(
      LookupKind kind,
      SearchOrder order,
      SymbolLookupSet names,
      SymbolState required,
      @Nullable DependenceRegistrar registrar) {
    return session
        .lookups()
        .start(new LookupRequest(kind, order, names, required, false, registrar, definition))
        .future();
  }

  /**
   * Reports addresses of some or all symbols. They may be used in relocations from now on; look-ups
   * that wait for {@link SymbolState#RESOLVED} go on.
   *
   * @param resolved symbols of this responsibility, not yet resolved, with the flags they were
   *     declared with (weak and common may differ: a resolved definition is final and has neither)
   * @throws IllegalArgumentException if a symbol is not of this responsibility, or its flags differ
   */
  public void notifyResolved(SymbolMap resolved) {
    Emission.resolve(definition, resolved);
  }

  /**
   * Reports that all symbols are in place, and what they need to become ready. After this returns
   * the responsibility is done.
   *
   * @param groups disjoint sets of these symbols and what each set depends on; symbols in no group
   *     depend on nothing
   * @throws UnsatisfiedSymbolDependenciesException if some symbols depend on others that failed,
   *     were removed or do not exist, or that are not those which a look-up of this responsibility
   *     found, because these were removed and defined anew. The symbols that do not are emitted;
   *     the holder must call {@link #failMaterialization} for the others
   * @throws IllegalStateException if a symbol is not resolved
   */
  public void notifyEmitted(List<SymbolDependenceGroup> groups) {
    try {
      Emission.emit(definition, groups);
      settle();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Gives the symbols the addresses of the map, which may hold more, and makes them ready. */
  void bind(SymbolMap addresses) {
    try {
      Emission.bind(definition, addresses);
      settle();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Claims further symbols, as a linker does that finds definitions its unit did not promise.
   *
   * @param added names and flags
   * @return those that were claimed: a weak or common one that is defined already is silently left
   *     out
   * @throws IllegalStateException if this responsibility has emitted or failed its symbols
   * @throws DuplicateDefinitionException if a strong one is defined already; nothing was claimed
   */
  public Set<String> defineMaterializing(Map<String, SymbolFlags> added) {
    return Emission.claim(definition, added);
  }

  /**
   * Hands symbols back as a new unit. If a look-up waits for one of them the unit starts at once,
   * else when one is looked up.
   *
   * @param unit promises some of these symbols, none of them resolved
   */
  public void replace(MaterializationUnit unit) {
    try {
      Emission.replace(definition, unit);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Splits symbols off.
   *
   * @param names some of these symbols
   * @return a responsibility for them; this one keeps the others
   */
  public MaterializationResponsibility delegate(Collection<String> names) {
    try {
      return new MaterializationResponsibility(Emission.delegate(definition, names), unit);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Fails all symbols that are not yet emitted, and everything that waits for them. Look-ups get a
   * {@link FailedToMaterializeException} with the cause, and so does the error reporter. Does
   * nothing if no symbol is left.
   *
   * @param cause the first thing that went wrong
   */
  public void failMaterialization(Throwable cause) {
    try {
      Emission.fail(definition, cause);
      settle();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void settle() {
    drop.settled = true;
    cleanable.clean();
  }

  Definition definition() {
    return definition;
  }

  @Override
  public String toString() {
    return definition.toString();
  }
}
