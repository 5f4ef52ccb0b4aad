package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.Libc;
import uruk.jitlink.host.MachineCode;
import uruk.jitlink.host.NativeCall;

/**
 * Functions that linked code wants run when its dylib is deinitialized or one of its threads ends.
 * One for the process, since threads outlive sessions. Thread-safe; its own lock keeps what is
 * dropped from being taken, and freed, meanwhile.
 */
final class ExitFunctions {
  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  private static final class Installed {
    private static final ExitFunctions INSTANCE = new ExitFunctions();
  }

  /**
   * One function and its argument.
   *
   * @param function the address; 0 if its code is gone
   * @param argument its only argument
   * @param atQuickExit whether it was registered with {@code at_quick_exit}
   */
  record Call(long function, long argument, boolean atQuickExit) {}

  private final MachineCode code = ExitFunctionsCode.create();
  private final long base;
  private final long free = function("free");

  /** {@return the process's exit functions} */
  static ExitFunctions get() {
    return Installed.INSTANCE;
  }

  private ExitFunctions() {
    int pageSize = Libc.pageSize();
    int anonymous = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS;
    int writing = Libc.PROT_READ | Libc.PROT_WRITE;
    base = Libc.mmap(0, 2L * pageSize, writing, anonymous, -1, 0);
    byte[] bytes = code.code();
    MemorySegment.ofAddress(base).reinterpret(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    Libc.mprotect(base, pageSize, Libc.PROT_READ | Libc.PROT_EXEC);
    for (String name : List.of("MALLOC", "FREE", "PTHREAD_GETSPECIFIC", "PTHREAD_SETSPECIFIC")) {
      MEMORY.set(JAVA_LONG, address(name), function(name.toLowerCase(Locale.ROOT)));
    }
    NativeCall.call(function("pthread_key_create"), address("KEY"), address("threadIsGone"));
  }

  private static long function(String name) {
    return DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, name);
  }

  private long address(String name) {
    return base + code.number(name);
  }

  /** {@return a new handle: the value of a dylib's {@code __dso_handle}} */
  long createHandle() {
    // Threads of the program may register functions as long as the process lives.
    MemorySegment handle = Arena.global().allocate(code.number("HANDLE_SIZE"), 8);
    handle.set(JAVA_LONG, 0, handle.address());
    return handle.address();
  }

  /** {@return the address of {@code __cxa_atexit}} */
  long registerExit() {
    return address("registerExit");
  }

  /** {@return the address of {@code __cxa_thread_atexit}} */
  long registerThreadExit() {
    return address("registerThreadExit");
  }

  /** {@return the address of an {@code atexit} for one dylib} */
  long atexit(long handle) {
    return withHandle(address("registerExit"), handle);
  }

  /** {@return the address of an {@code at_quick_exit} for one dylib} */
  long atQuickExit(long handle) {
    return withHandle(address("registerQuickExit"), handle);
  }

  private static long withHandle(long function, long handle) {
    byte[] stub = {
      0x31,
      (byte) 0xf6, // xorl %esi, %esi
      0x48,
      (byte) 0xba,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0, // movabsq $handle, %rdx
      (byte) 0xff,
      0x25,
      0,
      0,
      0,
      0, // jmpq *0(%rip)
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0, // .quad function
    };
    ByteBuffer bytes = ByteBuffer.wrap(stub).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(4, handle).putLong(18, function);
    return CodeThunks.shared().create(stub);
  }

  /** Takes all that a dylib has registered, the last registered first. */
  synchronized List<Call> take(long handle) {
    List<Call> calls = new ArrayList<>();
    long node = (long) WORD.getAndSet(MEMORY, handle + code.number("LIST"), 0L);
    while (node != 0) {
      long next = word(node, "NEXT");
      boolean atQuickExit = word(node, "KIND") == code.number("QUICK_EXIT");
      calls.add(new Call(word(node, "FUNCTION"), word(node, "ARGUMENT"), atQuickExit));
      NativeCall.call(free, node);
      node = next;
    }
    return calls;
  }

  /**
   * Drops a dylib's functions that refer to code or data that is going away.
   *
   * @param going whether a function or argument does
   */
  synchronized void dropExit(long handle, LongPredicate going) {
    // A dropped node stays in its list, where it calls nothing: others may be pushing before it.
    disarm((long) WORD.getVolatile(MEMORY, handle + code.number("LIST")), going);
  }

  /** Drops the functions of all threads' ends that refer to code or data that is going away. */
  void dropThreadExit(LongPredicate going) {
    long thread = (long) WORD.getVolatile(MEMORY, address("THREADS"));
    for (; thread != 0; thread = word(thread, "NEXT")) {
      long lock = thread + code.number("LOCK");
      while ((long) WORD.getAndSet(MEMORY, lock, 1L) != 0) {
        Thread.onSpinWait();
      }
      disarm(word(thread, "HEAD"), going);
      WORD.setVolatile(MEMORY, lock, 0L);
    }
  }

  private void disarm(long first, LongPredicate going) {
    for (long node = first; node != 0; node = word(node, "NEXT")) {
      if (going.test(word(node, "FUNCTION")) || going.test(word(node, "ARGUMENT"))) {
        WORD.setVolatile(MEMORY, node + code.number("FUNCTION"), 0L);
      }
    }
  }

  /** {@return the address of a function that runs what the calling thread wants run at its end} */
  long endThread() {
    return address("endThread");
  }

  private long word(long address, String field) {
    return (long) WORD.getVolatile(MEMORY, address + code.number(field));
  }
}
