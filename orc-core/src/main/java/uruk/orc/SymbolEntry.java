package uruk.orc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One symbol of one dylib, for as long as it is in the table. Written under the session lock. The
 * word of flags and state is published last, so that readers without the lock may use name, word
 * and address.
 */
final class SymbolEntry {
  private static final VarHandle WORD;
  private static final VarHandle READY;
  private static final SymbolState[] STATES = SymbolState.values();
  private static final int FLAGS_MASK = 0xffff;
  private static final int STATE_SHIFT = 16;
  private static final int STATE_MASK = 7 << STATE_SHIFT;
  private static final int REMOVED_BIT = 1 << 19;
  private static final int AWAITED_BIT = 1 << 20; // see awaitEmission
  private static final int READY_BITS = bits(SymbolState.READY);
  private static final int READY_MASK =
      STATE_MASK
          | REMOVED_BIT
          | SymbolFlags.HAS_ERROR.bits()
          | SymbolFlags.SIDE_EFFECTS_ONLY.bits();

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(SymbolEntry.class, "word", int.class);
      READY =
          MethodHandles.lookup().findVarHandle(SymbolEntry.class, "ready", ExecutorSymbolDef.class);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError(impossible.getMessage(), impossible);
    }
  }

  private final String name;

  /** Volatile for its readers: to read it through the handle is slow before it is compiled. */
  private volatile int word;

  private long address;

  /** What look-ups answer, made by the first of them; only for words that are ready. */
  private volatile @Nullable ExecutorSymbolDef ready;

  // Guarded by the session lock.
  /** Who makes, or has made, the definition; null once removed. */
  @Nullable Definition owner;

  /** The first of the look-ups that wait for this symbol. */
  @Nullable Waiter waiters;

  /** What the symbol depends on; null until emitted, and where it depends on nothing. */
  @Nullable DependenceNode node;

  /** The first of the edges from groups that depend on the symbol. */
  @Nullable DependenceEdge users;

  SymbolEntry(String name, SymbolFlags flags, @Nullable Definition owner) {
    this.name = name;
    this.word = flags.bits();
    this.owner = owner;
  }

  /** {@return an entry that stands for a freed slot} */
  static SymbolEntry tombstone() {
    SymbolEntry entry = new SymbolEntry("", SymbolFlags.NONE, null);
    entry.publish(REMOVED_BIT);
    return entry;
  }

  String name() {
    return name;
  }

  /**
   * {@return whether this is the symbol's name} It mostly is the very object, which is not touched
   * then: compiled code of {@link String#equals}, and of casts, would load it first, and the names
   * of many symbols lie in memory that is slow to reach.
   */
  @SuppressWarnings("ReferenceEquality")
  boolean isNamed(Object other) {
    return name == other || name.equals(other);
  }

  /** {@return flags, state and removal at one moment} */
  int word() {
    return word;
  }

  static int flagBits(int word) {
    return word & FLAGS_MASK;
  }

  static SymbolState state(int word) {
    return STATES[(word & STATE_MASK) >>> STATE_SHIFT];
  }

  static boolean isRemoved(int word) {
    return (word & REMOVED_BIT) != 0;
  }

  SymbolFlags flags() {
    return SymbolFlags.ofBits(flagBits(word()));
  }

  SymbolState state() {
    return state(word());
  }

  boolean isRemoved() {
    return isRemoved(word());
  }

  boolean hasError() {
    return SymbolFlags.hasError(word());
  }

  boolean isSideEffectsOnly() {
    return SymbolFlags.isSideEffectsOnly(word());
  }

  boolean isAtLeast(SymbolState wanted) {
    return state().compareTo(wanted) >= 0;
  }

  /** {@return whether a look-up, or an emitted symbol, waits for this one} */
  boolean isAwaited() {
    return waiters != null || isUsedByPending();
  }

  private boolean isUsedByPending() {
    for (DependenceEdge edge = users; edge != null; edge = edge.nextUser()) {
      if (edge.user().component != null) {
        return true;
      }
    }
    return false;
  }

  /** {@return the groups that depend on the symbol} */
  List<DependenceNode> users() {
    List<DependenceNode> nodes = new ArrayList<>();
    for (DependenceEdge edge = users; edge != null; edge = edge.nextUser()) {
      nodes.add(edge.user());
    }
    return nodes;
  }

  long address() {
    return address;
  }

  /** {@return address and flags of one moment} */
  ExecutorSymbolDef definition() {
    ExecutorSymbolDef definition = null;
    while (definition == null) {
      definition = definition(word());
    }
    return definition;
  }

  /** {@return the address that belongs to a word just read, with its flags; null if it is over} */
  @Nullable ExecutorSymbolDef definition(int seen) {
    long belonging = address;
    VarHandle.loadLoadFence();
    return word() == seen
        ? new ExecutorSymbolDef(belonging, SymbolFlags.ofBits(flagBits(seen)))
        : null;
  }

  /** {@return address and flags of a symbol that is ready and has an address, else null} */
  @Nullable ExecutorSymbolDef ready() {
    int seen = word();
    if ((seen & READY_MASK) != READY_BITS) {
      return null;
    }
    ExecutorSymbolDef known = ready;
    return known != null ? known : makeReady(seen);
  }

  private @Nullable ExecutorSymbolDef makeReady(int seen) {
    ExecutorSymbolDef made = definition(seen);
    return made == null || READY.compareAndSet(this, null, made) ? made : ready;
  }

  /** {@return whether a search sees the symbol} */
  boolean isVisible(boolean matchAll) {
    return matchAll || SymbolFlags.isExported(word());
  }

  void resolve(long resolvedAddress, SymbolFlags flags) {
    address = resolvedAddress;
    publish(flags.bits() | bits(SymbolState.RESOLVED) | (word & AWAITED_BIT));
  }

  /**
   * Gives a new or ready symbol its address and makes it ready. Meanwhile it does not look ready to
   * readers without the lock, so that none takes the new address with the old flags.
   */
  void redefine(long newAddress, SymbolFlags flags) {
    publish(word & ~STATE_MASK);
    VarHandle.storeStoreFence();
    address = newAddress;
    ready = new ExecutorSymbolDef(newAddress, flags);
    publish(flags.bits() | bits(SymbolState.READY));
  }

  void state(SymbolState state) {
    publish((word & ~STATE_MASK) | bits(state));
  }

  /** A component waits for the symbol to be emitted. */
  void awaitEmission() {
    publish(word | AWAITED_BIT);
  }

  /** {@return whether a component has waited for the symbol to be emitted since this was asked} */
  boolean takeAwaited() {
    boolean awaited = (word & AWAITED_BIT) != 0;
    if (awaited) {
      publish(word & ~AWAITED_BIT);
    }
    return awaited;
  }

  void fail(FailedToMaterializeException why) {
    if (owner == null) {
      throw new AssertionError(name + " fails without an owner");
    }
    owner.noteFailure(this, why);
    publish(word | SymbolFlags.HAS_ERROR.bits());
  }

  /** {@return why the symbol failed, or null if it has not} */
  @Nullable FailedToMaterializeException failure() {
    Definition definition = owner;
    return hasError() && definition != null ? definition.failureOf(this) : null;
  }

  /** Marks the entry as no longer in its table. */
  void retire() {
    owner = null;
    publish(word | REMOVED_BIT);
  }

  @SuppressWarnings("EnumOrdinal") // the states are numbered in their order
  private static int bits(SymbolState state) {
    return state.ordinal() << STATE_SHIFT;
  }

  private void publish(int newWord) {
    WORD.setRelease(this, newWord);
  }

  void addWaiter(Waiter waiter) {
    waiter.next = waiters;
    if (waiters != null) {
      waiters.previous = waiter;
    }
    waiters = waiter;
  }

  void removeWaiter(Waiter waiter) {
    if (waiter.previous != null) {
      waiter.previous.next = waiter.next;
    } else if (waiters == waiter) {
      waiters = waiter.next;
    }
    if (waiter.next != null) {
      waiter.next.previous = waiter.previous;
    }
    waiter.previous = null;
    waiter.next = null;
  }

  @Override
  public String toString() {
    return name;
  }
}
