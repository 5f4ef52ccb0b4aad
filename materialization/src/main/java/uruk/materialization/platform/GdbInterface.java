package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import uruk.jitlink.host.DebuggerModule;
import uruk.jitlink.host.NativeCall;

/**
 * The process's list of debug objects, as GDB reads it ("JIT Compilation Interface" in GDB's
 * manual). GDB sets a breakpoint in a function of ours and looks at the list whenever it is called;
 * if it attaches later it reads the whole list. Thread-safe; its own lock guards the list.
 */
final class GdbInterface {
  // struct jit_descriptor
  private static final int ACTION = 4;
  private static final int RELEVANT = 8;
  private static final int FIRST = 16;
  private static final int JIT_REGISTER_FN = 1;
  private static final int JIT_UNREGISTER_FN = 2;

  // struct jit_code_entry
  private static final int NEXT = 0;
  private static final int PREVIOUS = 8;
  private static final int FILE = 16;
  private static final int FILE_SIZE = 24;
  private static final int ENTRY_SIZE = 32;

  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final class Opened {
    private static final GdbInterface INSTANCE = new GdbInterface();
  }

  /**
   * A debug object in the list.
   *
   * @param address of its entry
   * @param arena holds entry and file
   */
  record Registration(long address, Arena arena) {}

  private final long descriptor;
  private final long function;

  /** {@return the process's list, made now if it was not} */
  static GdbInterface shared() {
    return Opened.INSTANCE;
  }

  private GdbInterface() {
    DebuggerModule module = DebuggerModule.open();
    descriptor = module.descriptor();
    function = module.function();
  }

  /**
   * Adds a debug object.
   *
   * @param file an ELF file; it is copied
   */
  synchronized Registration register(byte[] file) {
    Arena arena = Arena.ofShared();
    MemorySegment copy = arena.allocate(file.length, Long.BYTES);
    copy.copyFrom(MemorySegment.ofArray(file));
    long entry = arena.allocate(ENTRY_SIZE, Long.BYTES).address();
    long first = MEMORY.get(JAVA_LONG, descriptor + FIRST);
    MEMORY.set(JAVA_LONG, entry + NEXT, first);
    MEMORY.set(JAVA_LONG, entry + PREVIOUS, 0);
    MEMORY.set(JAVA_LONG, entry + FILE, copy.address());
    MEMORY.set(JAVA_LONG, entry + FILE_SIZE, file.length);
    if (first != 0) {
      MEMORY.set(JAVA_LONG, first + PREVIOUS, entry);
    }
    MEMORY.set(JAVA_LONG, descriptor + FIRST, entry);
    tell(JIT_REGISTER_FN, entry);
    return new Registration(entry, arena);
  }

  /** Removes a debug object. */
  synchronized void unregister(Registration registration) {
    long entry = registration.address();
    long next = MEMORY.get(JAVA_LONG, entry + NEXT);
    long previous = MEMORY.get(JAVA_LONG, entry + PREVIOUS);
    MEMORY.set(JAVA_LONG, previous == 0 ? descriptor + FIRST : previous + NEXT, next);
    if (next != 0) {
      MEMORY.set(JAVA_LONG, next + PREVIOUS, previous);
    }
    tell(JIT_UNREGISTER_FN, entry);
    registration.arena().close();
  }

  private void tell(int action, long entry) {
    MEMORY.set(JAVA_INT, descriptor + ACTION, action);
    MEMORY.set(JAVA_LONG, descriptor + RELEVANT, entry);
    NativeCall.call(function);
    MEMORY.set(JAVA_INT, descriptor + ACTION, 0);
    MEMORY.set(JAVA_LONG, descriptor + RELEVANT, 0);
  }

  /** {@return how many debug objects there are} */
  synchronized int size() {
    int count = 0;
    for (long entry = MEMORY.get(JAVA_LONG, descriptor + FIRST); entry != 0; count++) {
      entry = MEMORY.get(JAVA_LONG, entry + NEXT);
    }
    return count;
  }
}
