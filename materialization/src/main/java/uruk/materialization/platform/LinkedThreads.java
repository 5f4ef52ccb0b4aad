package uruk.materialization.platform;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.host.Libc;
import uruk.orc.ErrorReporter;

/**
 * What linked code does on threads that it has created itself. No Java call is below that could
 * throw: a crash is reported to the owner of the code and ends the process, as it would end any
 * program; {@code exit} ends it through Java's shutdown.
 *
 * <p>The thread itself cannot do either, since it may hold locks that Java needs. It waits, and a
 * daemon thread that this class starts does it. Thread-safe.
 */
final class LinkedThreads {
  private static final long POLL_NANOSECONDS = 1_000_000;
  private static final List<Owner> OWNERS = new CopyOnWriteArrayList<>();
  private static volatile boolean ending;

  /** Once the daemon thread has been started. */
  private static volatile @Nullable GuardRuntime waiting;

  /** Whose code it can be. */
  interface Owner {
    /** {@return what names its places} */
    Symbolizer symbolizer();

    /** Code of it has crashed; the process ends next. */
    void crashed(NativeCrashException crash);

    /** Code of it exits: runs what is to run before the process ends. */
    void exits(NativeExitException exit);
  }

  private LinkedThreads() {}

  /** Starts the daemon thread that waits for what the process's guard has to report. */
  static void watch(GuardRuntime runtime) {
    Thread.ofPlatform().daemon().name("uruk-linked-threads").start(() -> awaitReport(runtime));
    waiting = runtime;
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(LinkedThreads::rest));
    } catch (IllegalStateException _) {
      rest(); // the process is ending
    }
  }

  /** Adds an owner. */
  static void add(Owner owner) {
    OWNERS.add(owner);
  }

  /** Removes an owner. */
  static void remove(Owner owner) {
    OWNERS.remove(owner);
  }

  /**
   * The JVM lets a thread that is in native code delay its end by 300 ms, so from its shutdown on
   * the daemon thread waits in Java.
   */
  static void rest() {
    GuardRuntime runtime = waiting;
    if (runtime != null) {
      ending = true;
      runtime.wakeReporter();
    }
  }

  private static void awaitReport(GuardRuntime runtime) {
    runtime.awaitReport();
    while (ending && !runtime.hasReport()) {
      LockSupport.parkNanos(POLL_NANOSECONDS);
    }
    GuardArea report = runtime.report();
    for (Owner owner : OWNERS) {
      if (owns(owner, report)) {
        endProcess(owner, report);
      }
    }
    runtime.declineReport();
  }

  private static boolean owns(Owner owner, GuardArea report) {
    return report.status() == report.runtime().number("SIGNAL")
        ? report.crash(owner.symbolizer()).nativeStack().stream().anyMatch(NativeFrame::linked)
        : report.frames(owner.symbolizer()).stream().anyMatch(NativeFrame::linked);
  }

  private static void endProcess(Owner owner, GuardArea report) {
    if (report.status() == report.runtime().number("SIGNAL")) {
      crash(owner, report.crash(owner.symbolizer()));
    } else {
      exit(owner, report.exit());
    }
  }

  private static void crash(Owner owner, NativeCrashException crash) {
    try {
      System.err.println("A thread of linked code crashed: " + crash.getMessage());
      owner.crashed(crash);
    } finally {
      Runtime.getRuntime().halt(crash.status());
    }
  }

  private static void exit(Owner owner, NativeExitException exit) {
    try {
      owner.exits(exit);
    } finally {
      Libc.flushStreams();
      switch (exit.kind()) {
        case EXIT -> System.exit(exit.status());
        case QUICK_EXIT, EXIT_AT_ONCE -> Runtime.getRuntime().halt(exit.status());
      }
    }
  }

  /** Ends the process, because of an exception in a call-back that nobody can catch. */
  static void endProcess(Throwable thrown, ErrorReporter reporter) {
    try {
      System.err.println(
          "A call-back into Java threw "
              + thrown
              + ". No guarded call is below that could rethrow it, so the process ends.");
      reporter.report(thrown);
    } finally {
      System.exit(1);
    }
  }
}
