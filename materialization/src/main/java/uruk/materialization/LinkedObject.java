package uruk.materialization;

import java.lang.ref.SoftReference;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.memory.SegmentRange;
import uruk.orc.JITDylib;

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
    /** Its link has failed. */
    FAILED,
    /** Its memory has been given back. */
    REMOVED
  }

  private static final AtomicLong COUNT = new AtomicLong();

  private final long ordinal = COUNT.getAndIncrement();
  private final String name;
  private final JITDylib dylib;
  private volatile State state = State.ADDED;
  private volatile @Nullable LinkResult result;
  private volatile SoftReference<@Nullable ObjectFile> file = new SoftReference<>(null);

  LinkedObject(String name, JITDylib dylib) {
    this.name = name;
    this.dylib = dylib;
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

  /**
   * Reads the object's memory again and compares it with every fix-up of its link.
   *
   * @return what differs; empty if nothing does, or if the object is not linked
   */
  public List<KeptFixups.Mismatch> verify() {
    LinkResult linked = result;
    return linked == null ? List.of() : linked.fixups().verify(ProcessMemory::read);
  }

  /** {@return what its link left, or null} */
  @Nullable LinkResult result() {
    return result;
  }

  void linked(LinkResult linked) {
    result = linked;
    state = State.LINKED;
  }

  void failed() {
    state = State.FAILED;
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
