package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.materialization.platform.HostThreads;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;

/** Adding, removing and replacing for a long time leaves no memory, mapping or file behind. */
class ManyCyclesTest {
  private static final int WARM_UP = 1_500;
  private static final int SHORT = 2_000;
  private static final int LONG = 100_000;
  private static final long MEGABYTE = 1 << 20;

  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");
  private final byte[] content =
      Compiler.bytes(
          "gcc",
          "cycle.c",
          "int data = 1; int cycle_0000000(void) { return data; } static char room[4096];"
              + "char *get_0000000(void) { return room; }");

  /** What the process has, after a collection. */
  private record Resources(long mappings, long descriptors, long heap, long nativeMemory) {
    static Resources now() throws IOException {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      long heap = runtime.totalMemory() - runtime.freeMemory();
      return new Resources(
          lines("/proc/self/maps"), entries("/proc/self/fd"), heap, residentBesideHeap());
    }

    /** The heap's pages go as the collector likes: without them. */
    private static long residentBesideHeap() throws IOException {
      String[] statm = Files.readString(Path.of("/proc/self/statm")).split(" ", -1);
      long pageSize = 4096;
      return Long.parseLong(statm[1]) * pageSize - Runtime.getRuntime().totalMemory();
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

  @BeforeEach
  void supervised() {
    layer.superviseWith(new HostThreads());
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

  private int call(String function) {
    return (int) NativeCall.call(session.lookup(main, function).address());
  }

  private void addAndRemove(int name) {
    LinkedObject object = layer.add(main, file(name));
    assertThat(call("cycle_%07d".formatted(name))).isEqualTo(1);
    object.remove();
  }

  @Test
  void addingAndRemovingTheSameNameLeavesNothing() throws IOException {
    repeat(SHORT, _ -> addAndRemove(0));
  }

  @Test
  void addingAndRemovingUniqueNamesLeavesNothing() throws IOException {
    repeat(SHORT, this::addAndRemove);
  }

  @Test
  void replacingWithUniqueNamesLeavesNothing() throws IOException {
    replace(SHORT);
  }

  @Test
  @Tag("long")
  void addingAndRemovingTheSameNameForLongLeavesNothing() throws IOException {
    repeat(LONG, _ -> addAndRemove(0));
  }

  @Test
  @Tag("long")
  void addingAndRemovingUniqueNamesForLongLeavesNothing() throws IOException {
    repeat(LONG, this::addAndRemove);
  }

  @Test
  @Tag("long")
  void replacingWithUniqueNamesForLongLeavesNothing() throws IOException {
    replace(LONG);
  }

  private void replace(int cycles) throws IOException {
    LinkedObject first = layer.add(main, file(1));
    assertThat(call("cycle_0000001")).isEqualTo(1);
    repeat(
        cycles,
        cycle -> {
          LinkedObject old = first.current();
          old.replace(file(cycle + 2));
          old.release();
          assertThat(call("cycle_%07d".formatted(cycle + 2))).isEqualTo(1);
        });
    first.remove();
    assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
  }

  private void repeat(int cycles, IntConsumer cycle) throws IOException {
    for (int i = 0; i < WARM_UP; i++) {
      cycle.accept(i);
    }
    Resources before = Resources.now();
    for (int i = 0; i < cycles; i++) {
      cycle.accept(WARM_UP + i);
    }
    Resources after = Resources.now();
    assertThat(after.mappings() - before.mappings()).as("mappings").isLessThanOrEqualTo(20);
    assertThat(after.descriptors() - before.descriptors()).as("descriptors").isLessThan(5);
    assertThat(after.heap() - before.heap()).as("live heap").isLessThan(2 * MEGABYTE);
    // The JVM's compiler takes a part of it, and so do pages of the heap that are touched first.
    assertThat(after.nativeMemory() - before.nativeMemory())
        .as("resident memory beside the heap")
        .isLessThan(48 * MEGABYTE);
  }
}
