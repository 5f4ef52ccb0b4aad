package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens on threads that linked code has created; each in a process of its own. */
final class LinkedThreadTest {
  private static final String C =
      """
      #include <pthread.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <threads.h>
      #include <unistd.h>
      extern int to_java(int);
      void at_exit(void) { puts("exit function"); }
      void __attribute__((destructor)) at_end(void) { puts("finalizer"); }
      void at_quick(void) { puts("quick exit function"); fflush(stdout); }
      static int load(int *p) { return *p; }
      static int divide(int a, int b) { return a / b; }
      static int runaway(int n) { volatile char pad[1000]; pad[n % 1000] = 1; return runaway(n + 1) + pad[0]; }
      static long happens(long what) {
        switch (what) {
          case 0: return to_java(0);
          case 1: return load((int *) 16);
          case 2: return runaway(0);
          case 3: abort();
          case 4: exit(7);
          case 5: quick_exit(8);
          case 6: _exit(9);
          case 7: memcpy((void *) 24, "abcdefgh", strlen("abcdefgh")); return 0;
          case 8: pthread_exit((void *) 5);
          case 9: return to_java(1);
          case 10: return to_java(2);
          case 11: return divide(1, 0);
          default: return what;
        }
      }
      long crash(long what) { return happens(what); }
      static void *run(void *what) { return (void *) happens((long) what); }
      static int run11(void *what) { return happens((long) what); }
      long by_pthread(long what) {
        pthread_t thread; void *result = 0;
        atexit(at_exit); at_quick_exit(at_quick);
        if (pthread_create(&thread, 0, run, (void *) what)) return -1;
        pthread_join(thread, &result);
        return (long) result;
      }
      long by_c11(long what) {
        thrd_t thread; int result = 0;
        atexit(at_exit); at_quick_exit(at_quick);
        if (thrd_create(&thread, run11, (void *) what) != thrd_success) return -1;
        thrd_join(thread, &result);
        return result;
      }
      """;
  private static final String CPP =
      """
      #include <future>
      #include <stdexcept>
      #include <thread>
      extern "C" long crash(long);
      extern "C" int to_java(int);
      static thread_local struct counted { int n = 0; ~counted() { if (n) to_java(0); } } local;
      extern "C" long by_thread(long what) {
        long result = 0;
        std::thread thread([&] { local.n = 1; result = crash(what); });
        thread.join();
        return result;
      }
      extern "C" long by_async(long what) { return std::async(std::launch::async, crash, what).get(); }
      extern "C" long by_throw(long) {
        std::thread([] { throw std::runtime_error("nobody catches"); }).join();
        return 0;
      }
      """;

  @TempDir static Path directory;
  private static Path c;
  private static Path cpp;

  @BeforeAll
  static void compile() throws Exception {
    c =
        CompiledFile.compile(
            directory, "gcc", "threads.c", C, "-g", "-O0", "-Wno-infinite-recursion");
    cpp = CompiledFile.compile(directory, "g++", "cppthreads.cpp", CPP, "-g", "-O1");
  }

  private static final String TEAM =
      """
      #include <omp.h>
      #include <sched.h>
      static int runaway(int n) { volatile char pad[1000]; pad[n % 1000] = 1; return runaway(n + 1) + pad[0]; }
      static int __attribute__((noinline)) load(volatile int *p) { return *p; }
      static void happens(long what) {
        if (what == 1) load((volatile int *) 16);
        if (what == 2) runaway(0);
      }
      long by_team(long what) {
        long threads = 0, sum = 0;
        for (int round = 0; round < 3; round++) {
          #pragma omp parallel num_threads(3)
          {
            #pragma omp atomic
            threads++;
            if (round == 2 && omp_get_thread_num() == 2) happens(what);
          }
        }
        #pragma omp parallel for schedule(dynamic, 2) reduction(+ : sum)
        for (int i = 0; i < 1000; i++) sum += i;
        return sum + threads;
      }
      long by_loop(long what) {
        #pragma omp parallel for schedule(dynamic, 1) num_threads(4)
        for (int i = 0; i < 400; i++) {
          static volatile int taken;
          if (omp_get_thread_num() != 0) { taken = 1; happens(what); }
          else while (!taken) sched_yield();
        }
        return 7;
      }
      """;

  /** The threads are libgomp's own, not made by anything that linked code calls. */
  @ParameterizedTest
  @CsvSource({
    "by_team, 1, 139, SIGSEGV at address 0x10 in load+0x",
    "by_team, 2, 139, SIGSEGV",
    "by_loop, 2, 139, SIGSEGV",
  })
  void crashInATeamOfOpenMpIsReportedWithItsPlace(
      String function, String what, int status, String report) throws Exception {
    Path team =
        CompiledFile.compile(
            directory, "gcc", "team.c", TEAM, "-g", "-O1", "-fopenmp", "-Wno-infinite-recursion");
    assertThat(run(0, "open:libgomp.so.1", "0", "add:" + team, "0", "by_team", "0"))
        .contains("by_team returned 499509", "done");
    assertThat(run(status, "open:libgomp.so.1", "0", "add:" + team, "0", function, what))
        .anyMatch(line -> line.startsWith("A thread of linked code crashed: " + report))
        .anyMatch(line -> line.startsWith("reported ") && line.contains("team.o, "));
  }

  private static List<String> run(int status, String... steps) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(c.toString(), cpp.toString()));
    arguments.addAll(List.of(steps));
    return ChildJvm.runTo(status, LinkedThreadScenario.class, arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "by_pthread, 1, 139, SIGSEGV at address 0x10 in load+0xc (",
    "by_pthread, 2, 139, SIGSEGV",
    "by_pthread, 3, 134, SIGABRT",
    "by_pthread, 7, 139, SIGSEGV at address 0x18",
    "by_pthread, 11, 136, SIGFPE",
    "by_c11, 2, 139, SIGSEGV",
    "by_thread, 1, 139, SIGSEGV at address 0x10 in load+0xc (",
    "by_thread, 2, 139, SIGSEGV",
    "by_async, 2, 139, SIGSEGV",
    "by_throw, 0, 134, SIGABRT",
  })
  void crashIsReportedWithItsPlaceAndEndsTheProcess(
      String function, String what, int status, String report) throws Exception {
    List<String> output = run(status, "by_pthread", "0", function, what);

    assertThat(output)
        .contains("Java on its thread", "by_pthread returned 0")
        .anyMatch(line -> line.startsWith("reported " + report))
        .anyMatch(line -> line.startsWith("A thread of linked code crashed: " + report))
        .doesNotContain("done", "shutdown hook");
    if (!function.equals("by_throw")) {
      assertThat(output)
          .anyMatch(line -> line.startsWith("reported ") && line.contains("threads.o, "));
    }
  }

  @Test
  void exitEndsTheProcessThroughTheProgramsExitFunctionsAndJavasShutdown() throws Exception {
    assertThat(run(7, "by_pthread", "4"))
        .containsSubsequence("exit function", "finalizer", "shutdown hook")
        .doesNotContain("done", "quick exit function");
    assertThat(run(7, "by_async", "4")).contains("finalizer", "shutdown hook");
  }

  @Test
  void quickExitAndExitAtOnceRunNoMoreThanTheyShould() throws Exception {
    assertThat(run(8, "by_pthread", "5"))
        .contains("quick exit function")
        .doesNotContain("exit function", "finalizer", "shutdown hook");
    assertThat(run(9, "by_pthread", "6"))
        .doesNotContain("exit function", "finalizer", "shutdown hook", "quick exit function");
  }

  @Test
  void threadsThatEndWellLeaveTheProgramAsItWas() throws Exception {
    List<String> output =
        run(
            0,
            "by_pthread",
            "8",
            "by_pthread",
            "42",
            "by_c11",
            "43",
            "by_thread",
            "44",
            "by_async",
            "45",
            "crash",
            "1",
            "by_pthread",
            "0");

    assertThat(output)
        .contains(
            "by_pthread returned 5",
            "by_pthread returned 42",
            "by_c11 returned 43",
            "by_thread returned 44",
            "by_async returned 45",
            "by_pthread returned 0",
            "done")
        .anyMatch(line -> line.startsWith("crash threw SIGSEGV"))
        .containsSubsequence("exit function", "finalizer", "done", "shutdown hook");
  }

  @Test
  void javasEndIsNotDelayedByWhoWatchesAndStillWatched() throws Exception {
    assertThat(run(0, "at_shutdown", "42")).contains("watched from Java", "by_pthread returned 42");
    assertThat(run(139, "at_shutdown", "1"))
        .contains("watched from Java")
        .anyMatch(line -> line.startsWith("A thread of linked code crashed: SIGSEGV"));
  }

  @Test
  void callbackThereHasAGuardOfItsOwn() throws Exception {
    assertThat(run(0, "by_pthread", "10", "by_thread", "10"))
        .filteredOn(line -> line.startsWith("crash threw SIGSEGV"))
        .hasSize(2);
  }

  @Test
  void javaExceptionThatNobodyCanCatchIsReportedAndEndsTheProcess() throws Exception {
    assertThat(run(1, "by_pthread", "9"))
        .contains("reported thrown in a call-back", "shutdown hook")
        .anyMatch(line -> line.contains("No guarded call is below"))
        .doesNotContain("done");
  }
}
