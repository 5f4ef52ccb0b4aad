package uruk.bench.replacement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.materialization.LinkedObject;

/**
 * A million versions of one object, each with names of its own: memory and time must not depend on
 * how many there were. The JVM compiles itself warm first, which takes memory as well.
 *
 * <p>Run with a heap that is all there from the start and one collector thread: what is resident
 * beside the heap is then what native memory is in use.
 */
final class ManyReplacements {
  private static final int WARM_UP = 300_000;
  private static final int FIRST = 10_000;
  private static final int SPAN = 100_000;
  private static final int LAST = 1_000_000;
  private static final double MEGABYTE = 1e6;
  private static final byte[] DIGITS = "_0000000".getBytes(StandardCharsets.US_ASCII);

  private final byte[] content =
      Sources.content(
          Sources.object(
              "cycle",
              "int data_0000000 = 1; int cycle_0000000(void) { return data_0000000; }"
                  + "static char room[4096]; char *get_0000000(void) { return room; }"));

  /** What the process has, in megabytes, after a collection. */
  private record Memory(double heap, double beside) {
    static Memory now() {
      System.gc();
      System.gc();
      double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      try {
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
        double resident = 4096 * Double.parseDouble(pages[1]);
        return new Memory(
            heap / MEGABYTE, (resident - Runtime.getRuntime().totalMemory()) / MEGABYTE);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  /** Prints a line for every hundred thousand. */
  static void print() {
    new ManyReplacements().run(WARM_UP, false);
    System.out.println("| replacements | µs each | live heap, MB | resident beside it, MB |");
    System.out.println("|---|---|---|---|");
    new ManyReplacements().run(LAST, true);
  }

  private void run(int count, boolean printing) {
    try (Jit jit = Jit.create()) {
      LinkedObject first = jit.add(file(0));
      var _ = jit.session().lookup(jit.main(), "cycle_0000000");
      int done = 0;
      while (done < count) {
        int next = done == 0 ? FIRST : Math.min(count, (done / SPAN + 1) * SPAN);
        long begin = System.nanoTime();
        for (int i = done + 1; i <= next; i++) {
          LinkedObject before = first.current();
          before.replace(file(i));
          before.release();
        }
        double microseconds = (System.nanoTime() - begin) / 1e3 / (next - done);
        done = next;
        if (printing) {
          Memory memory = Memory.now();
          System.out.printf(
              Locale.ROOT,
              "| %,d | %.1f | %.2f | %.2f |%n",
              done,
              microseconds,
              memory.heap(),
              memory.beside());
        }
      }
    }
  }

  /** {@return the object with a number in its names} */
  private ObjectFile file(int number) {
    byte[] bytes = content.clone();
    byte[] digits = "_%07d".formatted(number).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i + DIGITS.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + DIGITS.length, DIGITS, 0, DIGITS.length)) {
        System.arraycopy(digits, 0, bytes, i, digits.length);
      }
    }
    return ObjectFile.of("cycle.o", bytes);
  }
}
