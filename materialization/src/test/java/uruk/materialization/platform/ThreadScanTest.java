package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import uruk.jit.Jit;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.Compiler;

class ThreadScanTest {
  private static final int RLIMIT_SIGPENDING = 11; // asm-generic/resource.h
  private static final int ROUNDS = 2000;
  private static final long WORD = 0x1234_5678_9abd_0000L;
  private static final long SIG_IGN = 1; // bits/signum-generic.h

  /** SIGRTMAX - 2: the JDK installs a handler of its own when a channel is used first. */
  private static final int SIGNAL_OF_THE_JDK = 62;

  /** The processor knows no address there. */
  private static final List<SegmentRange> NOWHERE =
      List.of(new SegmentRange(MemProt.READ_EXEC, 0x1234_5678_9abc_0000L, 16));

  @Test
  void theSignalIsNotOneThatTheJdkTakesLater() {
    assertThat(ThreadScan.get().signal()).isLessThan(SIGNAL_OF_THE_JDK);
  }

  /** Until compilers have changed the frames of all that takes part. */
  @Test
  void aScanDoesNotFindWhatItHasLeftOnStacksItself() throws Exception {
    try (ExecutorService asking = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < ROUNDS; round++) {
        assertThat(asking.submit(() -> ThreadScan.get().scan(NOWHERE)).get())
            .as("round %d", round)
            .noneMatch(ThreadScan.Refers.class::isInstance);
      }
    }
  }

  @Test
  void aSignalThatSomebodyElseHasTakenIsReplacedByAnother() throws Exception {
    ThreadScan scan = ThreadScan.get();
    int taken = scan.signal();
    SignalAction.install(taken, SIG_IGN);

    long self = thisThread();
    assertThat(findings()).noneMatch(finding -> isUnknown(finding, self));
    assertThat(scan.signal()).isLessThan(taken);
  }

  @Test
  void aThreadThatCannotBeSentTheSignalIsUnknown() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      long prlimit = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "setrlimit");
      long getrlimit = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "getrlimit");
      MemorySegment limit = arena.allocate(JAVA_LONG, 2);
      NativeCall.call(getrlimit, RLIMIT_SIGPENDING, limit.address());
      long soft = limit.get(JAVA_LONG, 0);
      limit.set(JAVA_LONG, 0, 0);
      NativeCall.call(prlimit, RLIMIT_SIGPENDING, limit.address());
      long self = thisThread();
      try {
        assertThat(findings())
            .anyMatch(finding ->
                isUnknown(finding, self) && finding.toString().contains("could not be sent"));
      } finally {
        limit.set(JAVA_LONG, 0, soft);
        NativeCall.call(prlimit, RLIMIT_SIGPENDING, limit.address());
      }
      assertThat(findings()).noneMatch(finding -> isUnknown(finding, self));
    }
  }

  @Test
  void whatACallHasLeftOnTheStackIsCleared() throws Throwable {
    String source =
        """
        enum { WORDS = 1000 };
        void leave(long word) {
          volatile long words[WORDS];
          for (int i = 0; i < WORDS; i++) words[i] = word;
        }
        int found(long word) {
          volatile long words[WORDS];
          int found = 0;
          for (int i = 0; i < WORDS; i++) found += words[i] == word;
          return found;
        }
        """;
    try (Jit jit = Jit.create()) {
      jit.add(Compiler.c("leave", source));
      long leave = address(jit, "leave");
      long found = address(jit, "found");
      NativeCall.call(leave, WORD);
      assertThat((int) NativeCall.call(found, WORD)).isPositive();

      NativeCall.call(leave, WORD);
      ThreadScan.get().clearStack();
      assertThat((int) NativeCall.call(found, WORD)).isZero();
    }
  }

  private static long address(Jit jit, String function) {
    return jit.symbols().findOrThrow(function).address();
  }

  /** Of another thread: the one that asks is left out. */
  private static List<ThreadScan.Finding> findings() throws Exception {
    FutureTask<List<ThreadScan.Finding>> scan =
        new FutureTask<>(() -> ThreadScan.get().scan(NOWHERE));
    Thread.ofPlatform().start(scan);
    return scan.get();
  }

  private static boolean isUnknown(ThreadScan.Finding finding, long thread) {
    return finding instanceof ThreadScan.Unknown && finding.thread() == thread;
  }

  /** The link leads to {@code PROCESS/task/THREAD}, proc(5). */
  private static long thisThread() throws IOException {
    Path link = Files.readSymbolicLink(Path.of("/proc/thread-self"));
    return Long.parseLong(link.getFileName().toString());
  }
}
