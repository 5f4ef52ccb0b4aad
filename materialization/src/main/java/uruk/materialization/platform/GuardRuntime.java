package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.google.common.collect.Maps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import uruk.jitlink.host.AddressReserve;
import uruk.jitlink.host.AddressReserve.Placement;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.Libc;
import uruk.jitlink.host.MachineCode;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.host.NativeCopy;
import uruk.jitlink.host.ThreadLocalModule;
import uruk.jitlink.host.ThreadLocalModule.Access;

/**
 * The guard's part of this process: its machine code, in a module that unwinders know, and its
 * signal handlers. Installed at the first use and never taken away, since any thread may be in it.
 *
 * <pre>
 *   unwind table (read) | code (execute) | data (write)
 * </pre>
 */
final class GuardRuntime {
  /** Signals of signal(7) that end a guarded call. */
  enum Signal {
    SIGILL(4),
    SIGABRT(6),
    SIGBUS(7),
    SIGFPE(8),
    SIGSEGV(11);

    final int number;

    Signal(int number) {
      this.number = number;
    }

    static String nameOf(long number) {
      for (Signal signal : values()) {
        if (signal.number == number) {
          return signal.name();
        }
      }
      return "signal " + number;
    }
  }

  private static final int SEMAPHORE_SIZE = 32; // sem_t of bits/semaphore.h

  private static final String UNWINDER = "libgcc_s.so.1";

  /** {@code std::__throw_system_error(int)}. */
  private static final String THROW_SYSTEM_ERROR = "_ZSt20__throw_system_errori";

  /** {@code std::thread::_M_start_thread(std::unique_ptr<std::thread::_State>, void (*)())}. */
  private static final String START_THREAD =
      "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE";

  /** The process's functions that the code calls, by the words of data that they are in. */
  private static final Map<String, String> FUNCTIONS =
      Map.ofEntries(
          Map.entry("MMAP", "mmap"),
          Map.entry("MUNMAP", "munmap"),
          Map.entry("SIGALTSTACK", "sigaltstack"),
          Map.entry("PTHREAD_SETSPECIFIC", "pthread_setspecific"),
          Map.entry("PTHREAD_CREATE", "pthread_create"),
          Map.entry("BACKTRACE_FUNCTION", "backtrace"),
          Map.entry("SIGNAL_FUNCTION", "signal"),
          Map.entry("MALLOC", "malloc"),
          Map.entry("FREE", "free"),
          Map.entry("USLEEP", "usleep"),
          Map.entry("DLSYM", "dlsym"),
          Map.entry("SEM_POST", "sem_post"),
          Map.entry("WRITE", "write"),
          Map.entry("ABORT", "abort"));

  /**
   * The functions that linked code must call instead of the process's, by name; places in the code.
   */
  private static final Map<String, String> REPLACEMENTS =
      Map.of(
          "exit",
          "exit",
          "_exit",
          "exitAtOnce",
          "_Exit",
          "exitAtOnce",
          "quick_exit",
          "quickExit",
          "pthread_create",
          "createThread",
          "thrd_create",
          "createC11Thread");

  private static final class Installed {
    private static final GuardRuntime INSTANCE = new GuardRuntime();

    static {
      LinkedThreads.watch(INSTANCE);
    }
  }

  private final MachineCode code = GuardCode.create();
  private final Teams teams = new Teams(this);
  private final int pageSize = Libc.pageSize();
  private final long base;
  private final MemorySegment data;

  /** {@return the process's guard, installed now if it was not} */
  static GuardRuntime get() {
    return Installed.INSTANCE;
  }

  private GuardRuntime() {
    if (!System.getProperty("os.arch").equals("amd64")) {
      throw new IllegalStateException(
          "There is a guard around linked code on amd64 only. Call the code without a guard.");
    }
    HotSpot.CodeRange library = HotSpot.library();
    HotSpot.CodeRange codeCache = HotSpot.codeCache(library);
    AddressReserve reserve =
        AddressReserve.open("uruk-guard", 3L * pageSize, 0, pageSize, 0, Placement.NEAR_LIBRARIES);
    base = reserve.base() + pageSize;
    data = map(base + pageSize, ByteBuffer.allocate(0));
    fillData(library, codeCache);
    map(base, ByteBuffer.wrap(code.code()));
    map(reserve.base(), GuardUnwindTable.of(code, reserve.base(), base));
    Libc.mprotect(base, pageSize, Libc.PROT_READ | Libc.PROT_EXEC);
    Libc.mprotect(reserve.base(), pageSize, Libc.PROT_READ);
    loadUnwinder();
    installHandlers();
  }

  /** {@return the address of a place in the guard's code} */
  long address(String label) {
    return base + code.number(label);
  }

  /** {@return a number of the guard's table} */
  int number(String name) {
    return (int) code.number(name);
  }

  /** {@return the memory that counts the calls which ended early and were not reported yet} */
  MemorySegment pending() {
    return data.asSlice(dataOffset("PENDING"), JAVA_LONG);
  }

  /** {@return a word of the guard's data} */
  MemorySegment word(String name) {
    return data.asSlice(dataOffset(name), JAVA_LONG);
  }

  /** {@return whether an address is in the guard's own code} */
  boolean owns(long address) {
    return address >= base && address < base + pageSize;
  }

  /**
   * {@return the functions that linked code must call instead of the process's: they end the
   * guarded call, not the process, or begin threads that the guard knows}
   */
  Map<String, Long> replacements() {
    return Maps.transformValues(REPLACEMENTS, this::address);
  }

  /** {@return the names of {@link #replacements}} Asks for no guard. */
  static Set<String> replaced() {
    return REPLACEMENTS.keySet();
  }

  /** {@return whether {@link #libraryReplacement} may be other than 0} Asks for no guard. */
  static boolean mayReplaceInLibrary(String name) {
    return name.equals(START_THREAD) || Teams.begins(name);
  }

  /**
   * {@return the function in the place of one of the process's libraries that creates threads; 0 if
   * the named one does not} Where such a library is linked from its archive it calls what {@link
   * #replacements} has.
   */
  long libraryReplacement(String name) {
    return name.equals(START_THREAD) ? address("startThread") : teams.replacement(name);
  }

  /**
   * Waits until a thread without a Java caller has something to report, {@link #report} then, or
   * until {@link #wakeReporter} is called.
   */
  void awaitReport() {
    while ((int) NativeCall.call(function("sem_wait"), reporter()) != 0) {
      // A signal has interrupted it.
    }
  }

  /** Ends one {@link #awaitReport}. */
  void wakeReporter() {
    NativeCall.call(function("sem_post"), reporter());
  }

  /** {@return whether there is something to report that was not waited for} Asks once only. */
  boolean hasReport() {
    return (int) NativeCall.call(function("sem_trywait"), reporter()) == 0;
  }

  private long reporter() {
    return data.get(JAVA_LONG, dataOffset("REPORTER"));
  }

  /** {@return the report that {@link #awaitReport} has waited for} */
  GuardArea report() {
    return GuardArea.take(this, data.get(JAVA_LONG, dataOffset("REPORT")));
  }

  /** Lets the reporting thread go on as if there were no guard. */
  void declineReport() {
    set("REPORT_DECLINED", 1);
  }

  /** {@return the calling thread's area; 0 if it has none} Never blocks. */
  long area() {
    return NativeCall.callWithoutErrno(address("take"));
  }

  private MemorySegment map(long address, ByteBuffer content) {
    Libc.mmap(
        address,
        pageSize,
        Libc.PROT_READ | Libc.PROT_WRITE,
        Libc.MAP_FIXED | Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS,
        -1,
        0);
    MemorySegment page = MemorySegment.ofAddress(address).reinterpret(pageSize);
    page.copyFrom(MemorySegment.ofBuffer(content));
    return page;
  }

  private void fillData(HotSpot.CodeRange library, HotSpot.CodeRange codeCache) {
    // Never closed: every thread of the process has a word in it.
    @SuppressWarnings("resource")
    ThreadLocalModule areas = ThreadLocalModule.open("uruk-areas", new byte[0], 8, 8, Access.FIXED);
    set("TPOFF", areas.threadPointerOffset());
    FUNCTIONS.forEach((word, name) -> set(word, function(name)));
    HotSpot.JavaVm javaVm = HotSpot.javaVm();
    set("JAVA_VM", javaVm.address());
    set("GET_ENV", javaVm.getEnv());
    Arena forever = Arena.global();
    set("THROW_SYSTEM_ERROR", NativeCopy.text(forever, THROW_SYSTEM_ERROR).address());
    set("REPORT", forever.allocate(number("HEADER_SIZE"), Long.BYTES).address());
    MemorySegment reporter = forever.allocate(SEMAPHORE_SIZE, Long.BYTES);
    NativeCall.call(function("sem_init"), reporter.address(), 0, 0);
    set("REPORTER", reporter.address());
    set("JVM_BEGIN", library.begin());
    set("JVM_END", library.end());
    set("CODE_CACHE_BEGIN", codeCache.begin());
    set("CODE_CACHE_END", codeCache.end());
    set("EXIT_FUNCTIONS", function("exit"));
    data.set(JAVA_LONG, dataOffset("EXIT_FUNCTIONS") + 8, function("_exit"));
    data.set(JAVA_LONG, dataOffset("EXIT_FUNCTIONS") + 16, function("quick_exit"));
    long key = data.address() + dataOffset("KEY");
    int refused = (int) NativeCall.call(function("pthread_key_create"), key, address("threadExit"));
    if (refused != 0) {
      throw new IllegalStateException(
          "pthread_key_create failed: errno " + refused + ". The process has used up its keys.");
    }
  }

  private void set(String name, long value) {
    data.set(JAVA_LONG, dataOffset(name), value);
  }

  private long dataOffset(String name) {
    return code.number(name) - pageSize;
  }

  private static long function(String name) {
    long address = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, name);
    if (address == 0) {
      throw new AssertionError("the C library has no " + name);
    }
    return address;
  }

  /** The first backtrace loads it too, which a signal handler must not do. */
  private void loadUnwinder() {
    long unwinder = DynamicLinker.open(UNWINDER, DynamicLinker.RTLD_NOW);
    set("RAISE_EXCEPTION", DynamicLinker.symbol(unwinder, "_Unwind_RaiseException"));
    try (Arena arena = Arena.ofConfined()) {
      NativeCall.call(function("backtrace"), arena.allocate(JAVA_LONG, 2).address(), 2);
    }
  }

  private void installHandlers() {
    for (Signal signal : Signal.values()) {
      // The old handler must be known before the new one can be called.
      long slot = dataOffset("PREVIOUS_HANDLERS") + 8L * signal.number;
      data.set(JAVA_LONG, slot, SignalAction.of(signal.number).handler());
    }
    takeSignals();
  }

  /** Has the guard's handler called, also where a program has one of its own called since. */
  void takeSignals() {
    for (Signal signal : Signal.values()) {
      SignalAction.installInterruptible(signal.number, address("handler"));
    }
  }
}
