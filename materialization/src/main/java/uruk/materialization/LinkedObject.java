package uruk.materialization;

import java.lang.ref.SoftReference;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.memory.SegmentRange;
import uruk.orc.JITDylib;
import uruk.orc.ResourceKey;

/**
 * An object file that was added to a dylib: what it has become and what it costs. Thread-safe.
 *
 * <p>An object is linked when one of its symbols is looked up first, so it may stay {@link
 * State#ADDED} for ever.
 */
public final class LinkedObject {
  /** How far an object has come. */
  public enum State {
    /** Nobody has looked one of its symbols up. */
    ADDED,
    /** Its code and data are in memory. */
    LINKED,
    /** It was replaced; its memory stays, because threads may still run its code. */
    RETIRED,
    /** Its link has failed. */
    FAILED,
    /** Its memory has been given back. */
    REMOVED
  }

  private static final AtomicLong COUNT = new AtomicLong();

  private final long ordinal = COUNT.getAndIncrement();
  private final ObjectLinkingLayer layer;
  private final String name;
  private final JITDylib dylib;
  private final @Nullable BindingPolicy bindingPolicy;
  private final int generation;
  private final Succession succession;
  private final boolean linkedAside;
  private volatile boolean fromArchive;
  private volatile boolean program;
  private volatile State state = State.ADDED;
  private volatile @Nullable ObjectMaterializationUnit unit;
  private volatile @Nullable String initSymbol;
  private volatile @Nullable Generations generations;
  private volatile @Nullable LinkResult result;
  private volatile boolean codeFreed;

  /** Whose resource its memory is; null before the link. Guarded by the lock of LinkedObjects. */
  private @Nullable ResourceKey key;

  private volatile SoftReference<@Nullable ObjectFile> file = new SoftReference<>(null);

  /** The same file while a roll-back may need it. */
  private volatile @Nullable ObjectFile keptFile;

  LinkedObject(
      ObjectLinkingLayer layer, String name, JITDylib dylib, @Nullable BindingPolicy policy) {
    this(layer, name, dylib, policy, 1, Succession.NONE, false);
  }

  LinkedObject(
      ObjectLinkingLayer layer,
      String name,
      JITDylib dylib,
      @Nullable BindingPolicy bindingPolicy,
      int generation,
      Succession succession,
      boolean linkedAside) {
    this.layer = layer;
    this.name = name;
    this.dylib = dylib;
    this.bindingPolicy = bindingPolicy;
    this.generation = generation;
    this.succession = succession;
    this.linkedAside = linkedAside;
  }

  /** {@return the object file's name; for a member of an archive {@code archive(member)}} */
  public String name() {
    return name;
  }

  /** {@return its place in the order in which this process's objects were added} */
  public long ordinal() {
    return ordinal;
  }

  /** {@return the dylib that it was added to} */
  public JITDylib dylib() {
    return dylib;
  }

  /** Called before the object is linked: it is a member of an archive. */
  void comesFromArchive() {
    fromArchive = true;
  }

  /** {@return whether it is a member of an archive} */
  boolean fromArchive() {
    return fromArchive;
  }

  /** Called before the object is linked: it is a whole program. */
  void isProgram() {
    program = true;
  }

  /**
   * {@return whether it is a whole program} Its functions have no entries, so they stay as they
   * are.
   */
  boolean program() {
    return program;
  }

  /** {@return how far the object has come} */
  public State state() {
    return state;
  }

  /** {@return what the object costs now; empty unless it is linked} */
  public MemoryLedger ledger() {
    LinkResult linked = result;
    return linked == null ? MemoryLedger.EMPTY : linked.ledger();
  }

  /** {@return the addresses of its memory, in order; empty unless it is linked} */
  public List<SegmentRange> segments() {
    LinkResult linked = result;
    return linked == null ? List.of() : linked.allocation().segments();
  }

  /** {@return the names that it defines for others, in no order; empty unless it is linked} */
  public List<String> symbolNames() {
    LinkResult linked = result;
    return linked == null ? List.of() : linked.symbols().names();
  }

  /**
   * {@return where one of its symbols is in memory; empty if it has no such symbol or is not
   * linked} A function's address here is that of its code, not that of the entry by which others
   * know it.
   */
  public OptionalLong codeAddress(String symbol) {
    LinkResult linked = result;
    return linked == null ? OptionalLong.empty() : linked.symbols().codeAddress(symbol);
  }

  /**
   * {@return the file that it was linked from, for debug information; null before the link, and
   * when the JVM needed the file's memory for something else}
   */
  public @Nullable ObjectFile file() {
    return file.get();
  }

  void linkedFrom(ObjectFile objectFile) {
    file = new SoftReference<>(objectFile);
  }

  /** Keeps the file, if it is still there, whatever else the JVM needs memory for; or no longer. */
  void keepFile(boolean keep) {
    keptFile = keep ? file.get() : null;
  }

  /** {@return whether it can be linked again whenever that is asked for} */
  boolean fileIsKept() {
    return keptFile != null;
  }

  /** {@return its own policy, or null for that of its dylib} */
  @Nullable BindingPolicy bindingPolicy() {
    return bindingPolicy;
  }

  /**
   * Reads the object's memory again and compares it with every fix-up of its link.
   *
   * @return what differs; empty if nothing does, or if the object is not linked
   */
  public List<KeptFixups.Mismatch> verify() {
    LinkResult linked = result;
    return linked == null ? List.of() : linked.fixups().verify(ProcessMemory::read, this::covers);
  }

  private boolean covers(long address) {
    return segments().stream().anyMatch(range -> range.contains(address));
  }

  /** {@return whether its code is in memory; that of a replaced version may have been freed} */
  boolean codeInMemory() {
    LinkResult linked = result;
    return linked != null && !codeFreed;
  }

  void codeFreed() {
    codeFreed = true;
  }

  // Removal and replacement ----------------------------------------------------------------------

  /** {@return which version it is of the object that was added first, counted from 1} */
  public int generation() {
    return generation;
  }

  /** {@return the version that runs now: this object unless it was replaced} */
  public LinkedObject current() {
    Generations line = generations;
    return line == null ? this : line.current().object();
  }

  /**
   * Replaces the current version; variables begin anew. See {@link ObjectLinkingLayer#update}.
   *
   * @return the update, which can be rolled back; its one object is the new version
   */
  public Replacement replace(ObjectFile newVersion) {
    return replace(newVersion, DataPolicy.REINITIALISE);
  }

  /** Replaces the current version. See {@link ObjectLinkingLayer#update}. */
  public Replacement replace(ObjectFile newVersion, DataPolicy data) {
    return replace(newVersion, DataPlan.of(data));
  }

  /** Replaces the current version. See {@link ObjectLinkingLayer#update}. */
  public Replacement replace(ObjectFile newVersion, DataPlan data) {
    return layer.update(update -> update.replace(this, newVersion, data));
  }

  /** Removes the object unless others use it; see {@link #remove(UnloadPolicy)}. */
  public void remove() {
    remove(UnloadPolicy.REFUSE);
  }

  /**
   * Removes the object with all of its versions: its names leave the dylib, its memory is freed.
   * The caller vouches that no thread runs its code and nobody keeps pointers to it. What is
   * removed stays removed, also if a plugin fails.
   *
   * @throws ObjectInUseException if the policy forbids what others use; nothing has changed then
   * @throws IllegalStateException if the object has failed or been removed already
   * @throws uruk.orc.SymbolsCouldNotBeRemovedException if it is being linked
   */
  public void remove(UnloadPolicy policy) {
    layer.updates().remove(this, policy);
  }

  /**
   * {@return why the memory of this replaced version is still there; empty if it is not retired}
   */
  public List<Pin> pinnedBy() {
    return state == State.RETIRED ? layer.updates().pinnedBy(this) : List.of();
  }

  /**
   * Frees the memory of this replaced version. The caller vouches that no thread runs its code any
   * more and nobody keeps pointers to its data.
   *
   * @throws IllegalStateException if it is not retired
   * @throws ObjectInUseException if another object refers to its memory
   */
  public void release() {
    layer.updates().release(this);
  }

  /**
   * {@return whether it took variables over from the version before: then they have their values
   * and no initializer of this version has run}
   */
  public boolean takesVariablesOver() {
    return succession.initialized();
  }

  /** {@return whether it was linked by an update, not by the session} */
  boolean linkedAside() {
    return linkedAside;
  }

  /** {@return whether its code and data are there; not so for versions that were released} */
  boolean inMemory() {
    return result != null;
  }

  Succession succession() {
    return succession;
  }

  /** {@return its versions, or null while there is only this one} */
  @Nullable Generations generations() {
    return generations;
  }

  void generations(Generations line) {
    generations = line;
  }

  /** It runs now. */
  void current(Generations line) {
    generations = line;
    state = State.LINKED;
  }

  void retired() {
    if (state == State.LINKED) {
      state = State.RETIRED;
    }
  }

  @Nullable ResourceKey heldFor() {
    return key;
  }

  void heldFor(ResourceKey holder) {
    key = holder;
  }

  void waitsIn(ObjectMaterializationUnit waiting) {
    unit = waiting;
    initSymbol = waiting.declaredInterface().initSymbol();
  }

  /** {@return the name by which its initializers are linked; null if it has none} */
  @Nullable String initSymbol() {
    return initSymbol;
  }

  /** {@return all names that go from its dylib with it} */
  Set<String> removableNames() {
    Set<String> names = new LinkedHashSet<>(definedNames());
    String own = initSymbol;
    if (own != null && dylib.symbolState(own) != null) {
      names.add(own);
    }
    return names;
  }

  /** {@return the names that it defines in its dylib} */
  Set<String> definedNames() {
    ObjectMaterializationUnit waiting = unit;
    Generations line = generations;
    LinkResult linked = result;
    if (line != null) {
      return line.current().symbols().names();
    }
    if (linked != null) {
      return Set.copyOf(linked.symbols().names());
    }
    return waiting == null ? Set.of() : waiting.definitions();
  }

  /** {@return what its link left, or null} */
  @Nullable LinkResult result() {
    return result;
  }

  void linked(LinkResult linked) {
    result = linked;
    unit = null;
    state = State.LINKED;
  }

  void failed() {
    state = State.FAILED;
  }

  /** Its names are gone, and its memory is about to: it cannot be replaced any more. */
  void leaving() {
    state = State.REMOVED;
  }

  void removed() {
    result = null;
    state = State.REMOVED;
  }

  /** {@return the name} */
  @Override
  public String toString() {
    return name;
  }
}
