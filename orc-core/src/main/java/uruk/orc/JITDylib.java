package uruk.orc;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A dynamic library that exists only in the session: a table of symbols, the order in which its own
 * code finds symbols, the generators that define symbols on demand, and the trackers that own
 * definitions.
 *
 * <p>Safe for use by many threads. Defining into a dylib that has been removed throws a {@link
 * JITDylibDefunctException}; looking up in one finds nothing.
 */
public final class JITDylib {
  private static final VarHandle LINK_ORDER;

  static {
    try {
      LINK_ORDER =
          MethodHandles.lookup().findVarHandle(JITDylib.class, "linkOrder", SearchOrder.class);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError(impossible.getMessage(), impossible);
    }
  }

  private final ExecutionSession session;
  private final String name;
  private final @Nullable JITDylib asideOf;
  private final SymbolTable table;

  // Written under the session lock, read by anyone.
  private volatile State state = State.OPEN;
  private volatile @Nullable SearchOrder linkOrder; // null until somebody asks
  private volatile GeneratorList generators = GeneratorList.EMPTY;

  // Guarded by the session lock.
  private final TrackerList trackers = new TrackerList(this);
  private Set<JITDylib> asides = Set.of(); // its own from the first one on

  /** The stages of a dylib's life. */
  public enum State {
    /** Definitions may be added. */
    OPEN("Open"),
    /** The dylib is being removed from its session. */
    CLOSING("Closing"),
    /** The dylib has been removed. */
    CLOSED("Closed");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** {@return the state in words, as the session dump shows it} */
    public String text() {
      return text;
    }
  }

  /** An open dylib, not in the session's list. Called under the session lock. */
  JITDylib(ExecutionSession session, String name, @Nullable JITDylib asideOf) {
    this.session = session;
    this.name = name;
    this.asideOf = asideOf;
    this.table = new SymbolTable(session.filters());
  }

  /** {@return the name, unique among the open dylibs of the session} */
  public String name() {
    return name;
  }

  /** {@return the session} */
  public ExecutionSession session() {
    return session;
  }

  /** {@return whether the dylib is open} */
  public State state() {
    return state;
  }

  /**
   * Creates a dylib aside of this one, which finds what this one finds: to link what is to take
   * this one's names once it is ready ({@link ExecutionSession#redefine}). It belongs to this one:
   * the session does not list it, nor find it by name; its symbols are not told as users of others;
   * and it is removed with this one, unless it was before.
   *
   * @param title what it is, for error texts: it is called "NAME (TITLE)"
   * @throws JITDylibDefunctException if this dylib has been removed
   */
  public JITDylib createAside(String title) {
    Objects.requireNonNull(title);
    return session.locked(() -> {
      checkOpen();
      JITDylib aside = new JITDylib(session, "%s (%s)".formatted(name, title), this);
      aside.setLinkOrder(linkOrder());
      addAside(aside);
      return aside;
    });
  }

  private void addAside(JITDylib aside) {
    if (asides.isEmpty()) {
      asides = new LinkedHashSet<>();
    }
    asides.add(aside);
  }

  /** {@return the open dylibs aside of this one, in order of creation} */
  public List<JITDylib> asides() {
    return session.locked(() -> List.copyOf(asides));
  }

  // Definitions ----------------------------------------------------------------------------------

  /** Defines the unit's symbols, owned by the default tracker. See the other form. */
  public void define(MaterializationUnit unit) {
    UnitPromise promise = UnitPromise.of(unit);
    Outcome.locked(
        session,
        outcome -> DefinitionRules.define(this, trackers.defaultTracker(), promise, outcome));
  }

  /**
   * Defines the unit's symbols. A definition that loses against another one is discarded; if one
   * can neither win nor lose, nothing is added. A unit without symbols is ignored.
   *
   * @param unit who will make the symbols; the caller keeps it if this throws
   * @param tracker who owns them, of this dylib
   * @throws DuplicateDefinitionException if a strong definition, or a weak one that has been
   *     searched, is there already
   * @throws JITDylibDefunctException if this dylib has been removed
   * @throws ResourceTrackerDefunctException if the tracker has been removed or transferred
   * @throws IllegalArgumentException if the tracker is of another dylib, or a symbol is declared as
   *     failed
   */
  public void define(MaterializationUnit unit, ResourceTracker tracker) {
    session.checkOwn(tracker.dylib());
    if (tracker.dylib() != this) {
      throw new IllegalArgumentException(
          "The tracker is of \"%s\", not of \"%s\"".formatted(tracker.dylib().name(), name));
    }
    UnitPromise promise = UnitPromise.of(unit);
    Outcome.locked(
        session, outcome -> DefinitionRules.define(this, tracker.state(), promise, outcome));
  }

  /**
   * Removes symbols by name, all or none. Their memory stays with their trackers.
   *
   * @param names symbols that nothing has searched, or that are ready
   * @throws SymbolsNotFoundException if one is not defined here
   * @throws SymbolsCouldNotBeRemovedException if one is being materialized or has failed
   */
  public void remove(Set<String> names) {
    Set<String> copy = ImmutableSet.copyOf(names);
    Outcome.locked(session, outcome -> Removal.removeNames(this, copy, outcome));
  }

  /**
   * Removes every tracker, the default one last. Not atomic: what others add meanwhile may stay.
   *
   * @throws ResourceRemovalException if releasing resources failed; all is removed nevertheless
   */
  public void clear() {
    Removal.clear(this);
  }

  /**
   * {@return a stable copy of the symbols whose names begin with the prefix, sorted by name}
   *
   * <p>Taken without the session lock: what is defined or removed meanwhile may be in it or not. A
   * symbol that is not resolved yet has address 0.
   */
  public Map<String, ExecutorSymbolDef> symbols(String prefix) {
    Map<String, ExecutorSymbolDef> sorted = new TreeMap<>();
    table
        .entries()
        .filter(entry -> entry.name().startsWith(prefix))
        .forEach(entry -> sorted.put(entry.name(), entry.definition()));
    return ImmutableMap.copyOf(sorted);
  }

  /**
   * {@return what the symbol is now, at address 0 if it is not resolved yet; null if it is not
   * defined here} Needs no lock.
   */
  public @Nullable ExecutorSymbolDef definition(String symbol) {
    SymbolEntry entry = table.find(symbol);
    return entry == null ? null : entry.definition();
  }

  /** {@return how far the symbol is, or null if it is not defined here} */
  public @Nullable SymbolState symbolState(String symbol) {
    SymbolEntry entry = table.find(symbol);
    return entry == null ? null : entry.state();
  }

  // Trackers -------------------------------------------------------------------------------------

  /**
   * {@return the tracker of all that is defined without one; a new one after it has been removed}
   *
   * @throws JITDylibDefunctException if this dylib has been removed
   */
  public ResourceTracker defaultResourceTracker() {
    return session.locked(() -> trackers.defaultTracker().handle());
  }

  /**
   * {@return a new tracker}
   *
   * @throws JITDylibDefunctException if this dylib has been removed
   */
  public ResourceTracker createResourceTracker() {
    ResourceTracker created = session.locked(() -> trackers.create().handle());
    if (session.detectsUnclosedTrackers()) {
      created.watch(new Throwable("The tracker was created here"));
    }
    return created;
  }

  /** {@return the tracker that owns a symbol, or null if the symbol is not defined here} */
  public @Nullable ResourceTracker trackerOf(String symbol) {
    return session.locked(() -> {
      SymbolEntry entry = table.find(symbol);
      return entry == null || entry.owner == null ? null : entry.owner.tracker.handle();
    });
  }

  /**
   * {@return the unit that is to define a symbol, or was and failed; null if it has done so, or the
   * symbol is not defined here} For error texts.
   */
  public @Nullable MaterializationUnit pendingUnit(String symbol) {
    return session.locked(() -> {
      SymbolEntry entry = table.find(symbol);
      Definition owner = entry == null ? null : entry.owner;
      return owner == null ? null : owner.pendingUnit();
    });
  }

  // Generators -----------------------------------------------------------------------------------

  /**
   * Adds a generator behind those that are there. Look-ups that have reached this dylib already do
   * not ask it.
   *
   * @throws JITDylibDefunctException if this dylib has been removed
   */
  public <T extends DefinitionGenerator> T addGenerator(T generator) {
    Objects.requireNonNull(generator);
    return session.locked(() -> {
      checkOpen();
      setGenerators(generators.with(new GeneratorSlot(generator, this)));
      session.lock().tablesChange();
      return generator;
    });
  }

  /**
   * Removes a generator; look-ups that hold it or queue for it fail with a {@link
   * GeneratorRemovedException}, as do those that are to ask it next, when they come to it. Does
   * nothing if it is not there.
   */
  public void removeGenerator(DefinitionGenerator generator) {
    Outcome.locked(
        session,
        outcome -> {
          setGenerators(generators.without(generator, outcome));
        });
  }

  private void setGenerators(GeneratorList list) {
    generators = list;
    table.setExtensible(!list.isEmpty());
  }

  /** {@return the generators in the order in which they are asked: a copy} */
  public List<DefinitionGenerator> generators() {
    return generators.generators();
  }

  // Link order -----------------------------------------------------------------------------------

  /** {@return where code of this dylib finds symbols; this dylib with all its symbols at first} */
  public SearchOrder linkOrder() {
    SearchOrder order = linkOrder;
    return order != null ? order : firstLinkOrder();
  }

  /** Most dylibs never need it. Who makes it without the lock must not undo a change. */
  private SearchOrder firstLinkOrder() {
    SearchOrder made = SearchOrder.of(JITDylibLookupFlags.MATCH_ALL_SYMBOLS, this);
    // A null without its type would be a call that the VarHandle has to adapt.
    SearchOrder there = (SearchOrder) LINK_ORDER.compareAndExchange(this, (SearchOrder) null, made);
    return there != null ? there : made;
  }

  /**
   * Sets the link order, with this dylib and all its symbols in front. Affects later links only.
   */
  public void setLinkOrder(SearchOrder order) {
    setLinkOrder(order, true);
  }

  /**
   * Sets the link order.
   *
   * @param order the dylibs to search
   * @param linkAgainstThisFirst whether this dylib comes in front, with all its symbols; without
   *     that a facade can shadow it
   */
  public void setLinkOrder(SearchOrder order, boolean linkAgainstThisFirst) {
    session.checkOwn(order);
    changeLinkOrder(old -> linkAgainstThisFirst ? LinkOrders.withFirst(this, order) : order);
  }

  /** Appends a dylib whose exported symbols are seen, unless it is there. */
  public void addToLinkOrder(JITDylib dylib) {
    addToLinkOrder(dylib, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
  }

  /** Appends a dylib, unless it is there. */
  public void addToLinkOrder(JITDylib dylib, JITDylibLookupFlags flags) {
    addToLinkOrder(SearchOrder.of(flags, dylib));
  }

  /** Appends the dylibs that are not there. */
  public void addToLinkOrder(SearchOrder order) {
    session.checkOwn(order);
    changeLinkOrder(old -> LinkOrders.adding(old, order));
  }

  /** Puts a dylib in the place of another one. Does nothing if that is not there. */
  public void replaceInLinkOrder(
      JITDylib old, JITDylib replacement, JITDylibLookupFlags replacementFlags) {
    session.checkOwn(replacement);
    SearchOrder.Entry entry = new SearchOrder.Entry(replacement, replacementFlags);
    changeLinkOrder(order -> LinkOrders.replacing(order, old, entry));
  }

  /** Removes a dylib. Does nothing if it is not there. */
  public void removeFromLinkOrder(JITDylib dylib) {
    changeLinkOrder(order -> LinkOrders.without(order, dylib));
  }

  /** {@return the result of an action on the link order, during which nobody changes it} */
  public <T> T withLinkOrder(Function<SearchOrder, T> action) {
    return session.runSessionLocked(() -> action.apply(linkOrder()));
  }

  private void changeLinkOrder(UnaryOperator<SearchOrder> change) {
    session.locked(() -> {
      checkOpen();
      SearchOrder changed = change.apply(linkOrder());
      linkOrder = changed;
      return changed;
    });
  }

  /**
   * {@return the given dylibs and all that their link orders reach, each once, in depth-first
   * order; circles are fine}
   *
   * @throws JITDylibDefunctException if one of them has been removed
   */
  public static List<JITDylib> depthFirstLinkOrder(Collection<JITDylib> roots) {
    List<JITDylib> all = List.copyOf(roots);
    if (all.isEmpty()) {
      return all;
    }
    ExecutionSession session = all.getFirst().session;
    all.forEach(session::checkOwn);
    return session.locked(() -> LinkOrders.depthFirst(all));
  }

  /** {@return this dylib and all that its link order reaches; see the static form} */
  public List<JITDylib> depthFirstLinkOrder() {
    return depthFirstLinkOrder(List.of(this));
  }

  /**
   * {@return the same in reverse: what others need comes first, as initializers must run}
   *
   * @throws JITDylibDefunctException if one of them has been removed
   */
  public static List<JITDylib> reverseDepthFirstLinkOrder(Collection<JITDylib> roots) {
    return depthFirstLinkOrder(roots).reversed();
  }

  /** {@return this dylib and all that its link order reaches, in reverse; see the static form} */
  public List<JITDylib> reverseDepthFirstLinkOrder() {
    return depthFirstLinkOrder().reversed();
  }

  // For the package ------------------------------------------------------------------------------

  boolean isAside() {
    return asideOf != null;
  }

  /**
   * {@return the dylibs aside, and aside of those, the youngest first, and this one; called under
   * the session lock}
   */
  List<JITDylib> withAsides() {
    List<JITDylib> all = new ArrayList<>();
    for (JITDylib aside : List.copyOf(asides).reversed()) {
      all.addAll(aside.withAsides());
    }
    all.add(this);
    return all;
  }

  SymbolTable table() {
    return table;
  }

  GeneratorList generatorList() {
    return generators;
  }

  void checkOpen() {
    if (state != State.OPEN) {
      throw new JITDylibDefunctException(this);
    }
  }

  /** {@return the trackers; guarded by the session lock} */
  TrackerList trackers() {
    return trackers;
  }

  /**
   * Stops accepting definitions. Called under the session lock. Returns whether it did accept them.
   */
  boolean beginClosing() {
    boolean wasOpen = state == State.OPEN;
    if (wasOpen) {
      state = State.CLOSING;
      if (asideOf != null) {
        asideOf.asides.remove(this);
      } else {
        session.dylibs().forget(this);
      }
    }
    return wasOpen;
  }

  /** Drops generators and link order. Called under the session lock. */
  void finishClosing(Outcome outcome) {
    state = State.CLOSED;
    generators.removeAll(outcome);
    setGenerators(GeneratorList.EMPTY);
    linkOrder = SearchOrder.of();
    table.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
