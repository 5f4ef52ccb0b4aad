package uruk.orc;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A unit's part in a dylib: the symbols that it makes or has made. While a unit is attached nothing
 * has started it; afterwards a {@link MaterializationResponsibility} answers for the symbols that
 * are not yet emitted. Guarded by the session lock, but for what is final.
 */
final class Definition {
  private static final SymbolEntry[] NONE = new SymbolEntry[0];

  private final JITDylib dylib;
  private final String unitName;
  private volatile BlockedThreads.@Nullable Run run;

  private SymbolEntry[] entries = NONE;

  @Nullable MaterializationUnit unit;

  /**
   * The unit from its start until its symbols are emitted. It stays as long as its responsibility,
   * which it may hold itself: a strong reference from here would keep both for ever.
   */
  private WeakReference<MaterializationUnit> started = new WeakReference<>(null);

  /** The unit if it has failed. */
  private @Nullable MaterializationUnit failed;

  @Nullable String initSymbol;
  TrackerState tracker;

  /** Symbols that are in the dylib's table on behalf of this definition. */
  int live;

  /** For aliases under way: what each stands for. */
  @Nullable Map<String, SymbolInstance> aliases;

  /** The extents of common symbols, kept to refuse larger ones once these are bound. */
  @Nullable Map<String, CommonExtent> commons;

  /** The look-ups made on behalf of the responsibility that are under way; null for none. */
  private @Nullable Set<LookupOperation> requests;

  private @Nullable Map<SymbolEntry, FailedToMaterializeException> failures;

  /** What look-ups on behalf of the responsibility found, until that is done; null for nothing. */
  private @Nullable FoundSymbols found;

  private boolean done;

  // Links of the tracker's list.
  @Nullable Definition previous;
  @Nullable Definition next;

  /** A definition without symbols so far. */
  Definition(JITDylib dylib, TrackerState tracker, String unitName) {
    this.dylib = dylib;
    this.tracker = tracker;
    this.unitName = unitName;
  }

  /** A look-up on behalf of the responsibility begins. */
  void requestBegins(LookupOperation request) {
    if (requests == null) {
      requests = new LinkedHashSet<>(2);
    }
    requests.add(request);
  }

  /** A look-up on behalf of the responsibility has ended. */
  void requestEnds(LookupOperation request) {
    if (requests != null && requests.remove(request) && requests.isEmpty()) {
      requests = null; // definitions outlive their requests by far
    }
  }

  /** A look-up on behalf of the responsibility has found these symbols. */
  void hasFound(@Nullable SymbolEntry[] symbols) {
    if (!done) {
      found = found == null ? new FoundSymbols() : found;
      found.add(symbols);
    }
  }

  /** {@return what the responsibility has found that has left its table since} */
  FoundSymbols.Stale staleFinds() {
    return found == null ? FoundSymbols.Stale.NONE : found.stale();
  }

  /** The unit is on its way to a responsibility. */
  void started(MaterializationUnit unit) {
    started = new WeakReference<>(unit);
  }

  /** This is a part of another definition that has been started. */
  void startedLike(Definition whole) {
    started = whole.started;
  }

  /** {@return the unit that is to make the symbols, or has failed to; null if it has made them} */
  @Nullable MaterializationUnit pendingUnit() {
    if (unit != null) {
      return unit;
    }
    return failed == null ? started.get() : failed;
  }

  /** The responsibility has emitted all it answers for. */
  void finishEmitted() {
    started = new WeakReference<>(null);
    finish();
  }

  /** The responsibility has failed what it had not emitted, if there was anything. */
  void finishFailed(boolean anything) {
    failed = anything ? started.get() : failed;
    finish();
  }

  private void finish() {
    done = true;
    found = null;
    aliases = null;
  }

  /** {@return whether the responsibility has emitted or failed all it answers for} */
  boolean isDone() {
    return done;
  }

  /** A part of the responsibility becomes another one, which may use what this one has found. */
  void shareFindsWith(Definition part) {
    part.found = found == null ? null : found.copy();
  }

  /** {@return the look-ups made on behalf of the responsibility that are under way} */
  Set<LookupOperation> requests() {
    return requests == null ? Set.of() : requests;
  }

  JITDylib dylib() {
    return dylib;
  }

  /**
   * {@return the tracker now, also if it took over while this had no symbol and so was in no list}
   */
  TrackerState tracker() {
    for (TrackerState next = tracker.successor(); next != null; next = tracker.successor()) {
      tracker = next;
    }
    return tracker;
  }

  String unitName() {
    return unitName;
  }

  /** {@return where the unit's {@code materialize} runs, or null} */
  BlockedThreads.@Nullable Run run() {
    return run;
  }

  void beginRun() {
    run = dylib.session().blocked().begin(dylib.session());
  }

  void endRun() {
    run = null;
  }

  boolean isAttached() {
    return unit != null;
  }

  void attach(MaterializationUnit attached) {
    unit = attached;
    initSymbol = attached.declaredInterface().initSymbol();
  }

  /**
   * {@return the array of all symbols this definition started with; some may belong to it no more}
   */
  SymbolEntry[] entries() {
    return entries;
  }

  /** Says of which symbols a new definition consists; they name it as their owner already. */
  void consistOf(SymbolEntry[] all) {
    entries = all;
    live = all.length;
  }

  /** Takes over symbols: new ones, or those of another definition of the same tracker. */
  void append(List<SymbolEntry> added) {
    SymbolEntry[] all = Arrays.copyOf(entries, entries.length + added.size());
    for (int at = 0; at < added.size(); at++) {
      all[entries.length + at] = added.get(at);
      added.get(at).owner = this;
    }
    entries = all;
    live += added.size();
  }

  /**
   * The tracker has been removed, and all symbols have left the table. Their array is emptied, too:
   * the G1 collector puts a large one among old objects, and until it looks at these it keeps what
   * they refer to, symbols that nobody needs, and copies them.
   */
  void trackerRemoved() {
    Arrays.fill(entries, null);
    entries = NONE;
    live = 0;
    unit = null;
  }

  /** {@return the symbols that belong to this definition now} */
  List<SymbolEntry> liveEntries() {
    return Arrays.stream(entries).filter(entry -> entry.owner == this).toList();
  }

  /** Keeps why a symbol failed: few do, and so it is no field of theirs. */
  void noteFailure(SymbolEntry entry, FailedToMaterializeException why) {
    if (failures == null) {
      failures = new HashMap<>();
    }
    failures.put(entry, why);
  }

  /** {@return why the symbol failed, or null if it has not} */
  @Nullable FailedToMaterializeException failureOf(SymbolEntry entry) {
    return failures == null ? null : failures.get(entry);
  }

  /** {@return whether the responsibility still answers for the symbol} */
  boolean isResponsibleFor(SymbolEntry entry) {
    return entry.owner == this && !entry.isAtLeast(SymbolState.EMITTED) && !entry.hasError();
  }

  /** {@return names and flags of the symbols that the responsibility answers for} */
  Map<String, SymbolFlags> responsibilities(Predicate<SymbolEntry> which) {
    SymbolMap.Builder symbols = SymbolMap.builder(entries.length);
    for (SymbolEntry entry : entries) {
      if (isResponsibleFor(entry) && which.test(entry)) {
        symbols.put(entry.name(), entry.address(), entry.flags());
      }
    }
    return symbols.buildUnique().flags();
  }

  /**
   * {@return the entry of a symbol that the responsibility answers for, or null}
   *
   * @param name a String, which is not touched if the guess is right
   * @param guess the position at which it is expected; reports tend to come in the unit's order
   */
  @Nullable SymbolEntry responsibility(Object name, int guess) {
    SymbolEntry entry = guess < entries.length ? entries[guess] : null;
    if (entry == null || !entry.isNamed(name) || !isResponsibleFor(entry)) {
      entry = dylib.table().find((String) name);
    }
    return entry != null && isResponsibleFor(entry) ? entry : null;
  }

  @Override
  public String toString() {
    return unitName;
  }
}
