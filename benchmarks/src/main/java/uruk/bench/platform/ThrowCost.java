package uruk.bench.platform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.DynamicLinker;

/**
 * What throwing and catching an exception of C++ costs in linked code while 5,000 objects are
 * linked, beside the same source in an ordinary executable, in turns.
 */
public final class ThrowCost {
  private static final int OBJECTS = 5000;
  private static final int ROUNDS = 9;
  private static final int THROWS = 200_000;
  private static final String NAME = "own_00000000";

  private static final String SOURCE =
      """
      #include <cstdio>
      #include <cstdlib>
      #include <ctime>
      static int __attribute__((noinline)) thrower(int n) { if (n >= 0) throw n; return n; }
      static int __attribute__((noinline)) between(int n) { return thrower(n) + 1; }
      extern "C" long measure(long n) {
        timespec begin, end;
        long sum = 0;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (long i = 0; i < n; i++) {
          try { sum += between(i & 7); } catch (int value) { sum += value; }
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        long nanoseconds = (end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec;
        return sum < 0 ? -1 : nanoseconds;
      }
      int main(int, char **arguments) { printf("%ld\\n", measure(atol(arguments[1]))); }
      """;
  private static final String OTHER =
      """
      extern "C" int own_00000000(int n) {
        try { if (n) throw n; } catch (int value) { return value; }
        return 0;
      }
      """;

  private ThrowCost() {}

  /** Prints medians and minima of both, and their ratio. */
  public static void main(String[] arguments) throws IOException {
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    Path executable = CompiledSource.compile("c++", "throws.cpp", SOURCE, List.of());
    double[] linked = new double[ROUNDS];
    double[] ordinary = new double[ROUNDS];
    try (Jit jit = Jit.create()) {
      linkOthers(jit);
      jit.add(CompiledSource.compile("c++", "throws.cpp", SOURCE, List.of("-fPIC", "-c")));
      long measure = jit.session().lookup(jit.main(), "measure").address();
      for (int i = 0; i < ROUNDS; i++) {
        linked[i] = (double) jit.guard().call(measure, THROWS) / THROWS;
        ordinary[i] = ofExecutable(executable);
      }
    }
    Arrays.sort(linked);
    Arrays.sort(ordinary);
    System.out.printf(
        Locale.ROOT,
        "a throw, ns: linked among %d objects %.0f (%.0f), executable %.0f (%.0f), ratio %.2f%n",
        OBJECTS,
        linked[ROUNDS / 2],
        linked[0],
        ordinary[ROUNDS / 2],
        ordinary[0],
        linked[ROUNDS / 2] / ordinary[ROUNDS / 2]);
  }

  private static void linkOthers(Jit jit) throws IOException {
    Path object = CompiledSource.compile("c++", "other.cpp", OTHER, List.of("-fPIC", "-c"));
    String template = new String(Files.readAllBytes(object), ISO_8859_1);
    for (int i = 1; i <= OBJECTS; i++) {
      String name = "own_%08d".formatted(i);
      byte[] bytes = template.replace(NAME, name).getBytes(ISO_8859_1);
      jit.add(ObjectFile.of(name, bytes));
      jit.session().lookup(jit.main(), name);
    }
  }

  private static double ofExecutable(Path executable) throws IOException {
    Process process = new ProcessBuilder(executable.toString(), Integer.toString(THROWS)).start();
    String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
    return Double.parseDouble(output.strip()) / THROWS;
  }
}
