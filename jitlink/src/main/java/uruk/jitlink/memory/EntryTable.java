package uruk.jitlink.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import uruk.jitlink.graph.Target;

/**
 * The entries of one module: small pieces of code that jump through a slot. An entry is the address
 * by which everybody knows a function, so redirecting the function for all of its users is one
 * aligned 8-byte store into the slot.
 *
 * <p>Entry and slot of one number have a constant distance, so all entries have the same bytes.
 * Programs see the code as executable and the slots as read-only; both are written through views of
 * their own. An entry that is given back may be handed out again at once.
 *
 * <p>The memory manager's lock guards all methods; programs read the slots at any time.
 */
final class EntryTable {
  /** Bytes of an entry's code, and of its slot. */
  static final int ENTRY_SIZE = 8;

  private static final VarHandle SLOT = ValueLayout.JAVA_LONG.varHandle();

  private final Region code;
  private final Region slots;
  private final MemorySegment writableSlots;
  private final byte[] entryCode;
  private final int capacity;
  private final IntStack released = new IntStack();
  private int used;

  /** Makes a table whose entries begin at {@code code} and whose slots begin at {@code slots}. */
  EntryTable(Region code, Region slots, int capacity, Target target) {
    this.code = code;
    this.slots = slots;
    this.capacity = capacity;
    this.writableSlots = MemorySegment.ofBuffer(slots.writable());
    this.entryCode = target.entryCode(code.address(), slots.address());
    if (entryCode.length != ENTRY_SIZE) {
      throw new AssertionError("an entry has " + ENTRY_SIZE + " bytes, not " + entryCode.length);
    }
  }

  /** {@return the address of an entry that leads to a target; 0 when all are in use} */
  long allocate(long target) {
    int number = released.isEmpty() ? used : released.pop();
    if (number == capacity) {
      return 0;
    }
    if (number == used) {
      code.writable().put(number * ENTRY_SIZE, entryCode);
      used++;
    }
    store(number, target);
    return code.address() + (long) number * ENTRY_SIZE;
  }

  /** Gives an entry back. */
  void release(long entry) {
    int number = number(entry);
    store(number, 0);
    if (!Poison.enabled()) {
      released.push(number);
    }
  }

  /** {@return whether this table owns an entry} */
  boolean owns(long entry) {
    return Long.compareUnsigned(entry - code.address(), (long) capacity * ENTRY_SIZE) < 0;
  }

  /** Makes an entry lead to another target, for all calls that begin from now on. */
  void redirect(long entry, long target) {
    store(number(entry), target);
  }

  /** {@return where an entry leads now} */
  long target(long entry) {
    return (long) SLOT.getAcquire(writableSlots, (long) number(entry) * ENTRY_SIZE);
  }

  /** {@return the address of an entry's slot, as programs see it} */
  long slot(long entry) {
    return slots.address() + (long) number(entry) * ENTRY_SIZE;
  }

  private int number(long entry) {
    return (int) (entry - code.address()) / ENTRY_SIZE;
  }

  private void store(int number, long target) {
    SLOT.setRelease(writableSlots, (long) number * ENTRY_SIZE, target);
  }
}
