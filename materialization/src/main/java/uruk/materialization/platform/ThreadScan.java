package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.Libc;
import uruk.jitlink.host.MachineCode;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.host.ProcessMappings;
import uruk.jitlink.memory.SegmentRange;

/**
 * Looks for words that point into given ranges in the registers and on the stacks of all threads of
 * the process but the calling one. Conservative: what looks like a pointer is one.
 *
 * <p>Each thread is sent a real-time signal that nobody else uses, and examines itself ({@link
 * ThreadScanCode}). A thread that sleeps in a system call is woken: calls that the system does not
 * resume by itself, signal(7), fail with EINTR, as they do for any signal.
 *
 * <p>Thread-safe; one scan is made at a time, under its own lock.
 */
final class ThreadScan {
  private static final int SYS_GETTID = 186; // asm/unistd_64.h
  private static final int SYS_RT_TGSIGQUEUEINFO = 297;
  private static final int SIGINFO_SIZE = 128;
  private static final int SIGINFO_CODE = 8;
  private static final int SIGINFO_PROCESS = 16;
  private static final int SIGINFO_VALUE = 24;
  private static final int SI_QUEUE = -1;
  private static final int ESRCH = 3; // asm-generic/errno-base.h: the thread has ended

  /** Without those below 36, which the C library and tools take first. */
  private static final int LOWEST_SIGNAL = 36;

  /** Above it is SIGRTMAX - 2, by which the JDK's libnet and libnio end calls that block. */
  private static final int HIGHEST_SIGNAL = 61;

  private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long BLOCKED_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  private static final class Installed {
    private static final ThreadScan INSTANCE = new ThreadScan();
  }

  private final MachineCode code = ThreadScanCode.create();
  private final long syscall = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "syscall");
  private final long process = Libc.processId();
  private final long handler;
  private final long clearStack;

  /** Guarded by this. */
  private int signal;

  /** Threads that were sent the signal and have not answered: it is pending. Guarded by this. */
  private final List<Request> unanswered = new ArrayList<>();

  /** What a scan has found out about one thread. */
  sealed interface Finding {
    /** {@return the system's number of the thread} */
    long thread();
  }

  /**
   * The thread refers to ranges.
   *
   * @param words for each range a word that points into it, or 0
   */
  record Refers(long thread, List<Long> words) implements Finding {}

  /**
   * The thread could not be examined.
   *
   * @param reason in words
   */
  record Unknown(long thread, String reason) implements Finding {}

  /** One thread of one scan; the memory lives as long as the thread may still answer. */
  private record Request(long thread, MemorySegment scan, long record) {}

  /** {@return the process's scan, whose handler is installed now if it was not} */
  static ThreadScan get() {
    return Installed.INSTANCE;
  }

  private ThreadScan() {
    byte[] bytes = code.code();
    long address = CodeThunks.shared().create(bytes);
    handler = address + code.number("handler");
    clearStack = address + code.number("clearStack");
    signal = install(handler);
  }

  private static int install(long handler) {
    for (int candidate = HIGHEST_SIGNAL; candidate >= LOWEST_SIGNAL; candidate--) {
      if (SignalAction.of(candidate).handler() == SignalAction.DEFAULT) {
        SignalAction.install(candidate, handler);
        return candidate;
      }
    }
    throw new IllegalStateException("all real-time signals of the process are in use");
  }

  /**
   * Looks for pointers into ranges on all threads but the calling one: that works with the numbers
   * it asks for and leaves them on its stack, where later calls may keep them for long. It must not
   * run what is looked for itself.
   *
   * @return what was found; threads that refer to nothing are left out
   */
  synchronized List<Finding> scan(List<SegmentRange> ranges) {
    keepSignal();
    forgetAnswered();
    List<Long> threads = threads();
    threads.remove(Long.valueOf(NativeCall.call(syscall, SYS_GETTID)));
    List<Finding> findings = new ArrayList<>();
    List<Request> requests = send(threads, ranges, findings);
    await(requests);
    for (Request request : requests) {
      Finding finding = finding(request, ranges.size());
      if (finding != null) {
        findings.add(finding);
      }
    }
    return findings;
  }

  /**
   * A library may have taken the signal since: then whatever was asked is not answered any more.
   */
  private void keepSignal() {
    if (SignalAction.of(signal).handler() != handler) {
      signal = install(handler);
      unanswered.clear();
    }
  }

  /** Clears what calls that have ended left on the calling thread's stack. */
  void clearStack() {
    var _ = NativeCall.callWithoutErrno(clearStack);
  }

  /** {@return the signal that threads are sent} */
  synchronized int signal() {
    return signal;
  }

  private static List<Long> threads() {
    String[] names = new File("/proc/self/task").list();
    if (names == null) {
      throw new IllegalStateException("/proc is not mounted, so threads cannot be found");
    }
    List<Long> threads = new ArrayList<>(names.length);
    for (String name : names) {
      threads.add(Long.parseLong(name));
    }
    return threads;
  }

  // Asking ---------------------------------------------------------------------------------------

  private List<Request> send(
      Collection<Long> threads, List<SegmentRange> ranges, List<Finding> findings) {
    List<long[]> mappings = writableMappings();
    long recordSize = number("HITS") + 8L * ranges.size();
    long rangesAt = number("SCAN_SIZE");
    long mappingsAt = rangesAt + 16L * ranges.size();
    long recordsAt = mappingsAt + 16L * mappings.size();
    MemorySegment scan =
        Arena.ofAuto().allocate(recordsAt + recordSize * threads.size() + SIGINFO_SIZE, 8);
    describe(scan, ranges, rangesAt, mappings, mappingsAt);
    MemorySegment info = scan.asSlice(recordsAt + recordSize * threads.size());
    List<Request> requests = new ArrayList<>(threads.size());
    long place = recordsAt;
    for (long thread : threads) {
      if (unanswered.stream().anyMatch(request -> request.thread() == thread)) {
        findings.add(new Unknown(thread, whyUnanswered(thread)));
        continue;
      }
      scan.set(JAVA_LONG, place + number("SCAN"), scan.address());
      scan.set(JAVA_LONG, place + number("MAIN"), thread == process ? 1 : 0);
      int refused = queue(thread, info, scan.address() + place);
      if (refused == 0) {
        requests.add(new Request(thread, scan, place));
      } else if (refused != ESRCH) { // EAGAIN: the user's signals that wait are as many as may be
        String reason = "signal %d could not be sent to it: errno %d".formatted(signal, refused);
        findings.add(new Unknown(thread, reason));
      }
      place += recordSize;
    }
    return requests;
  }

  private void describe(
      MemorySegment scan,
      List<SegmentRange> ranges,
      long rangesAt,
      List<long[]> mappings,
      long mappingsAt) {
    long low = -1L;
    long high = 0;
    long place = rangesAt;
    for (SegmentRange range : ranges) {
      long end = range.address() + range.size(); // where a call that never returns would return to
      scan.set(JAVA_LONG, place, range.address());
      scan.set(JAVA_LONG, place + 8, end);
      low = Long.compareUnsigned(range.address(), low) < 0 ? range.address() : low;
      high = Long.compareUnsigned(end, high) > 0 ? end : high;
      place += 16;
    }
    place = mappingsAt;
    for (long[] mapping : mappings) {
      scan.set(JAVA_LONG, place, mapping[0]);
      scan.set(JAVA_LONG, place + 8, mapping[1]);
      place += 16;
    }
    scan.set(JAVA_LONG, number("RANGES"), scan.address() + rangesAt);
    scan.set(JAVA_LONG, number("RANGE_COUNT"), ranges.size());
    scan.set(JAVA_LONG, number("LOW"), low);
    scan.set(JAVA_LONG, number("SIZE"), high - low + 1);
    scan.set(JAVA_LONG, number("MAPPINGS"), scan.address() + mappingsAt);
    scan.set(JAVA_LONG, number("MAPPING_COUNT"), mappings.size());
  }

  /** Sends the signal with a value, rt_tgsigqueueinfo(2); returns 0 or errno. */
  private int queue(long thread, MemorySegment info, long value) {
    info.set(JAVA_INT, 0, signal);
    info.set(JAVA_INT, SIGINFO_CODE, SI_QUEUE);
    info.set(JAVA_INT, SIGINFO_PROCESS, (int) process);
    info.set(JAVA_LONG, SIGINFO_VALUE, value);
    long refused =
        NativeCall.call(syscall, SYS_RT_TGSIGQUEUEINFO, process, thread, signal, info.address(), 0);
    return refused == 0 ? 0 : NativeCall.errno();
  }

  private static List<long[]> writableMappings() {
    List<long[]> mappings = new ArrayList<>();
    try {
      String maps = ProcessMappings.text();
      for (int line = 0; line < maps.length(); line = maps.indexOf('\n', line) + 1) {
        int dash = maps.indexOf('-', line);
        int space = maps.indexOf(' ', dash);
        if (maps.startsWith("rw", space + 1)) {
          mappings.add(
              new long[] {
                Long.parseUnsignedLong(maps, line, dash, 16),
                Long.parseUnsignedLong(maps, dash + 1, space, 16)
              });
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return mappings;
  }

  // Hearing --------------------------------------------------------------------------------------

  private void await(List<Request> requests) {
    long begin = System.nanoTime();
    boolean blockedKnown = false;
    List<Request> silent = new ArrayList<>(requests);
    while (true) {
      silent.removeIf(request -> state(request) != 0);
      long waited = System.nanoTime() - begin;
      if (silent.isEmpty() || waited > ANSWER_NANOS) {
        return;
      }
      if (waited > BLOCKED_NANOS && !blockedKnown) {
        blockedKnown = true;
        silent.removeIf(request -> !mayAnswer(request.thread()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private long state(Request request) {
    return (long) WORD.getAcquire(request.scan(), request.record() + number("STATE"));
  }

  private @Nullable Finding finding(Request request, int ranges) {
    long state = state(request);
    if (state == 0) {
      if (status(request.thread()) == null) {
        return null; // It has ended.
      }
      unanswered.add(request);
      return new Unknown(request.thread(), whyUnanswered(request.thread()));
    }
    if (state == number("ELSEWHERE")) {
      return new Unknown(request.thread(), "it runs on a stack that is not its own");
    }
    List<Long> words = new ArrayList<>(ranges);
    boolean any = false;
    for (int i = 0; i < ranges; i++) {
      long word = request.scan().get(JAVA_LONG, request.record() + number("HITS") + 8L * i);
      words.add(word);
      any |= word != 0;
    }
    return any ? new Refers(request.thread(), words) : null;
  }

  private void forgetAnswered() {
    unanswered.removeIf(request -> state(request) != 0 || status(request.thread()) == null);
  }

  private boolean mayAnswer(long thread) {
    List<String> status = status(thread);
    return status != null && !blocksSignal(status);
  }

  private String whyUnanswered(long thread) {
    List<String> status = status(thread);
    return status != null && blocksSignal(status)
        ? "it blocks signal " + signal
        : "it has not answered signal " + signal + " yet";
  }

  private boolean blocksSignal(List<String> status) {
    for (String line : status) {
      if (line.startsWith("SigBlk:")) {
        long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
        return (mask >>> (signal - 1) & 1) != 0;
      }
    }
    return false;
  }

  /** {@return proc(5) status of a thread; null if it has ended} */
  private static @Nullable List<String> status(long thread) {
    try {
      return Files.readAllLines(Path.of("/proc/self/task/" + thread + "/status"));
    } catch (NoSuchFileException ended) {
      return null;
    } catch (IOException endedWhileRead) {
      return null;
    }
  }

  /** {@return what the system calls a thread} */
  static String nameOf(long thread) {
    List<String> status = status(thread);
    return status == null || status.isEmpty()
        ? "a thread that has ended"
        : status.getFirst().substring("Name:".length()).strip();
  }

  private long number(String name) {
    return code.number(name);
  }
}
