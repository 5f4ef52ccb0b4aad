package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.materialization.platform.HostThreads;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;

/** The program of {@link ManyCyclesTest}: fails unless memory, mappings and files are flat. */
final class ManyCyclesScenario {
  private static final long MEGABYTE = 1 << 20;
  private static final String SOURCE =
      "int data_0000000 = 1; int cycle_0000000(void) { return data_0000000; } static char room[4096];"
          + "char *get_0000000(void) { return room; }";

  /** What is done in each cycle. */
  enum Kind {
    ADD_AND_REMOVE_THE_SAME_NAME,
    ADD_AND_REMOVE_UNIQUE_NAMES,
    REPLACE_WITH_UNIQUE_NAMES
  }

  private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");
  private final byte[] content = Compiler.bytes("gcc", "cycle.c", SOURCE);
  private final Kind kind;
  private final LinkedObject replaced;

  private ManyCyclesScenario(Kind kind) {
    this.kind = kind;
    layer.superviseWith(new HostThreads());
    replaced = layer.add(main, file(9_999_999));
  }

  /** Arguments: what to do, and how often. */
  public static void main(String[] arguments) throws IOException {
    int cycles = Integer.parseInt(arguments[1]);
    new ManyCyclesScenario(Kind.valueOf(arguments[0])).run(cycles);
  }

  private void run(int cycles) throws IOException {
    for (int i = 0; i < cycles; i++) {
      cycle(i);
    }
    Resources before = Resources.now();
    for (int i = 0; i < cycles; i++) {
      cycle(cycles + i);
    }
    Resources.now().checkFlatSince(before);
    replaced.remove();
    assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
    session.close();
    System.out.println("nothing left after " + cycles + " cycles");
  }

  private void cycle(int number) {
    switch (kind) {
      case ADD_AND_REMOVE_THE_SAME_NAME -> addAndRemove(0);
      case ADD_AND_REMOVE_UNIQUE_NAMES -> addAndRemove(number);
      case REPLACE_WITH_UNIQUE_NAMES -> replace(number);
    }
  }

  private void addAndRemove(int name) {
    LinkedObject object = layer.add(main, file(name));
    assertThat(call(name)).isEqualTo(1);
    object.remove();
  }

  private void replace(int name) {
    LinkedObject old = replaced.current();
    old.replace(file(name));
    old.release();
    assertThat(call(name)).isEqualTo(1);
  }

  private int call(int name) {
    String function = "cycle_%07d".formatted(name);
    return (int) NativeCall.call(session.lookup(main, function).address());
  }

  /** {@return the object with the cycle's number in its names} */
  private ObjectFile file(int cycle) {
    byte[] bytes = content.clone();
    byte[] digits = "%07d".formatted(cycle).getBytes(StandardCharsets.US_ASCII);
    byte[] zeros = "_0000000".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i + zeros.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + zeros.length, zeros, 0, zeros.length)) {
        System.arraycopy(digits, 0, bytes, i + 1, digits.length);
      }
    }
    return ObjectFile.of("cycle.o", bytes);
  }

  /** What the process has, after a collection. */
  private record Resources(long mappings, long descriptors, long heap, long besideHeap) {
    private static final long PAGE_SIZE = 4096;

    static Resources now() throws IOException {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      long heap = runtime.totalMemory() - runtime.freeMemory();
      String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
      long resident = Long.parseLong(pages[1]) * PAGE_SIZE;
      return new Resources(
          lines("/proc/self/maps"),
          entries("/proc/self/fd"),
          heap,
          resident - runtime.totalMemory());
    }

    void checkFlatSince(Resources before) {
      assertThat(mappings - before.mappings).as("mappings").isLessThanOrEqualTo(20);
      assertThat(descriptors - before.descriptors).as("descriptors").isLessThan(5);
      assertThat(heap - before.heap).as("live heap").isLessThan(MEGABYTE);
      assertThat(besideHeap - before.besideHeap)
          .as("resident memory beside the heap")
          .isLessThan(4 * MEGABYTE);
    }

    private static long lines(String file) throws IOException {
      try (var lines = Files.lines(Path.of(file))) {
        return lines.count();
      }
    }

    private static long entries(String folder) throws IOException {
      try (var entries = Files.list(Path.of(folder))) {
        return entries.count();
      }
    }
  }
}
