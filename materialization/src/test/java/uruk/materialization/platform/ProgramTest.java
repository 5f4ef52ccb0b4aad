package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs whose output must be that of the same objects linked by the system's linker. */
final class ProgramTest {
  @TempDir Path directory;

  @Test
  void initializersAndFinalizersRunInTheOrderOfPriorityAndObjects() throws Exception {
    String[] sources = {
      """
      #include <stdio.h>
      #include <stdlib.h>
      #define say(text) static void __attribute__((unused)) text
      static void __attribute__((constructor(300))) c300(void) { puts("a constructor 300"); }
      static void __attribute__((constructor(200))) c200(void) { puts("a constructor 200"); }
      static void __attribute__((constructor)) plain(void) { puts("a constructor"); }
      static void __attribute__((destructor(200))) d200(void) { puts("a destructor 200"); }
      static void __attribute__((destructor)) d(void) { puts("a destructor"); }
      static void pre(int argc, char **argv) { printf("preinit %d %s\\n", argc, argv[1]); }
      void (*early)(int, char **) __attribute__((section(".preinit_array"))) = pre;
      static void first(void) { puts("atexit first"); }
      static void nested(void) { puts("atexit nested"); }
      static void last(void) { puts("atexit last"); atexit(nested); }
      static void quick(void) { puts("never"); }
      int main(int argc, char **argv) {
        atexit(first); atexit(last); at_quick_exit(quick);
        printf("main %d %s\\n", argc, argv[1]);
        exit(7);
      }
      """,
      """
      #include <stdio.h>
      static void old(void) { puts("b ctors"); }
      static void (*const list)(void) __attribute__((section(".ctors.65235"), used)) = old;
      static void old_end(void) { puts("b dtors"); }
      static void (*const ends)(void) __attribute__((section(".dtors"), used)) = old_end;
      static void __attribute__((constructor)) b(void) { puts("b constructor"); }
      static void __attribute__((destructor(300))) e(void) { puts("b destructor 300"); }
      void from_init(void) { puts("b init fragment"); }
      void from_fini(void) { puts("b fini fragment"); }
      __asm__(".section .init,\\"ax\\",@progbits\\n call from_init\\n"
              ".section .fini,\\"ax\\",@progbits\\n call from_fini\\n.text\\n");
      """
    };
    assertSameAsLinkedBySystem(compile("gcc", ".c", new String[] {"-fPIE"}, sources), "gcc");
  }

  @Test
  void staticObjectsOfCppLiveAsLongAsInAnOrdinaryProgram() throws Exception {
    String[] sources = {
      """
      #include <iostream>
      #include <map>
      #include <string>
      struct noisy { const char *name; noisy(const char *n) : name(n) { std::cout << "+" << n << std::endl; }
                     ~noisy() { std::cout << "-" << name << std::endl; } };
      extern noisy other; extern std::map<std::string, int> table;
      noisy one("one");
      noisy &lazy() { static noisy instance("lazy"); return instance; }
      int main(int argc, char **argv) {
        noisy local("local");
        lazy();
        for (auto &entry : table) std::cout << entry.first << "=" << entry.second << "\\n";
        std::cout << argc << " " << other.name << std::endl;
        return 3;
      }
      """,
      """
      #include <iostream>
      #include <map>
      #include <string>
      struct noisy { const char *name; noisy(const char *n) : name(n) { std::cout << "+" << n << std::endl; }
                     ~noisy() { std::cout << "-" << name << std::endl; } };
      noisy other("other");
      std::map<std::string, int> table = {{"a", 1}, {"b", 2}};
      """
    };
    assertSameAsLinkedBySystem(compile("g++", ".cpp", new String[] {"-fPIC"}, sources), "g++");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-fPIE", "-fPIC", "-fPIC -mtls-dialect=gnu2", "-fPIC -ftls-model=local-dynamic"})
  void threadLocalVariablesOfAllModelsAreEachThreadsOwn(String options) throws Exception {
    boolean localDynamic = options.endsWith("local-dynamic");
    String visible = localDynamic ? "static" : "";
    String defining =
        """
        struct aligned { long a, b; } __attribute__((aligned(64)));
        VISIBLE __thread int counter = 5;
        VISIBLE __thread long zero[100];
        VISIBLE __thread struct aligned pair = {1, 2};
        static int target = 77;
        static __thread int *pointer = &target;
        int own(void) { counter++; zero[3] += 2; pair.b += *pointer; return counter; }
        long sum(void) { return counter + zero[3] + pair.b + (((long) &pair) & 63); }
        """
            .replace("VISIBLE", visible);
    String using =
        """
        #include <pthread.h>
        #include <stdio.h>
        int own(void);
        long sum(void);
        SHARED
        static void *run(void *argument) {
          for (long i = 0; i < (long) argument; i++) own();
          BUMP
          return (void *) sum();
        }
        int main(int argc, char **argv) {
          pthread_t threads[4];
          for (long i = 0; i < 4; i++) pthread_create(&threads[i], 0, run, (void *) (i + 1));
          for (long i = 0; i < 4; i++) {
            void *result;
            pthread_join(threads[i], &result);
            printf("thread %ld: %ld\\n", i, (long) result);
          }
          printf("main: %ld\\n", (long) run((void *) 2));
          return 0;
        }
        """
            .replace("SHARED", localDynamic ? "" : "extern __thread int counter;")
            .replace("BUMP", localDynamic ? "" : "counter += 100;");
    assertSameAsLinkedBySystem(
        compile("gcc", ".c", options.split(" "), defining, using), "gcc", "-pthread");
  }

  /**
   * The library's thread-local variables have a fixed place where code is compiled for programs.
   */
  @ParameterizedTest
  @ValueSource(strings = {"-fPIC", "-fPIE"})
  void cppThreadsExceptionsAndThreadLocalDestructorsWork(String option) throws Exception {
    String source =
        """
        #include <atomic>
        #include <iostream>
        #include <locale>
        #include <mutex>
        #include <regex>
        #include <sstream>
        #include <stdexcept>
        #include <thread>
        #include <vector>
        std::atomic<int> destroyed{0};
        struct tracked { int value = 1; ~tracked() { destroyed += value; } };
        thread_local tracked mine;
        std::once_flag once;
        std::mutex lock;
        int depth(int n) { struct guard { ~guard() { destroyed++; } } g;
          if (n == 0) throw std::out_of_range("deep"); return depth(n - 1) + 1; }
        int main() {
          std::vector<std::thread> threads;
          for (int i = 0; i < 4; i++) threads.emplace_back([i] {
            mine.value = 10 + i;
            std::call_once(once, [] { std::cout << "once" << std::endl; });
            try { depth(i); } catch (const std::exception &e) {
              std::lock_guard<std::mutex> hold(lock); destroyed += 1000; }
          });
          for (auto &t : threads) t.join();
          std::cout << "destroyed " << destroyed << std::endl;
          std::regex words("(\\\\w+)-(\\\\d+)");
          std::smatch match; std::string text = "see item-42 now";
          if (std::regex_search(text, match, words)) std::cout << match[1] << " " << match[2] << "\\n";
          std::ostringstream out; out.imbue(std::locale::classic()); out << 1234567.5;
          std::cout << out.str() << std::endl;
          try { try { throw 1; } catch (int) { throw std::runtime_error("again"); } }
          catch (const std::runtime_error &e) { std::cout << e.what() << std::endl; }
          return 0;
        }
        """;
    assertSameAsLinkedBySystem(
        compile("g++", ".cpp", new String[] {option}, source), "g++", "-pthread");
  }

  private void assertSameAsLinkedBySystem(List<Path> objects, String... driver) throws Exception {
    Path executable = directory.resolve("program");
    List<String> link = new ArrayList<>(List.of(driver));
    link.addAll(List.of("-o", executable.toString()));
    objects.forEach(object -> link.add(object.toString()));
    run(link);
    String[] arguments = {"alpha", "beta"};
    Process ordinary =
        new ProcessBuilder(
                Stream.concat(Stream.of(executable.toString()), Arrays.stream(arguments)).toList())
            .start();
    List<String> expected = new ArrayList<>(ordinary.inputReader().lines().toList());
    expected.add("status " + ordinary.waitFor());

    List<String> command = new ArrayList<>();
    objects.forEach(object -> command.add(object.toString()));
    command.add("--");
    command.addAll(List.of(arguments));
    List<String> actual = ChildJvm.run(ProgramScenario.class, command.toArray(String[]::new));
    assertThat(actual).containsExactlyElementsOf(expected);
  }

  @Test
  void theJvmHasItsSignalsBackWhenAProgramEndsThatHasTakenThem() throws Exception {
    String source =
        """
        #include <signal.h>
        #include <stdlib.h>
        int main(void) {
          int signals[] = {SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
          for (int i = 0; i < 5; i++) signal(signals[i], SIG_DFL);
          exit(5);
        }
        """;
    Path object = CompiledFile.compile(directory, "gcc", "taker.c", source);

    assertThat(ChildJvm.run(SignalScenario.class, object.toString()))
        .containsExactly("status 5", "handlers are back", "caught 10000");
  }

  /** To install it takes longer than a small link, and few programs need its addresses. */
  @Test
  void theFirstGuardedCallInstallsTheGuardOrALinkThatNeedsItsExit() throws Exception {
    Path plain =
        CompiledFile.compile(directory, "gcc", "plain.c", "int twice(int n) { return 2 * n; }");
    String exits =
        """
        #include <stdlib.h>
        int twice(int n) { if (n < 0) exit(n); return 2 * n; }
        """;
    Path exiting = CompiledFile.compile(directory, "gcc", "exiting.c", exits);

    assertThat(ChildJvm.run(GuardInstallScenario.class, plain.toString()))
        .containsExactly("after the link: as before", "twice 42", "after the call: installed");
    assertThat(ChildJvm.run(GuardInstallScenario.class, exiting.toString()))
        .containsExactly("after the link: installed", "twice 42", "after the call: installed");
  }

  private List<Path> compile(String compiler, String extension, String[] options, String... sources)
      throws Exception {
    List<Path> objects = new ArrayList<>();
    for (String source : sources) {
      Path file = directory.resolve((char) ('a' + objects.size()) + extension);
      Path object = Path.of(file + ".o");
      Files.writeString(file, source);
      List<String> command = new ArrayList<>(List.of(compiler, "-O1"));
      command.addAll(List.of(options));
      command.addAll(List.of("-c", file.toString(), "-o", object.toString()));
      run(command);
      objects.add(object);
    }
    return objects;
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
  }
}
