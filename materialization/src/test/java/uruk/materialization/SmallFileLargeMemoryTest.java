package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.LinkException;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.host.NativeCall;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.OrcException;
import uruk.orc.ResourceTracker;

/** What a file asks for is in proportion to what it has, and what is refused leaves nothing. */
@Timeout(120)
class SmallFileLargeMemoryTest {
  private static final long MEBIBYTE = 1 << 20;
  private static final int SECTION_HEADERS = 0x28;
  private static final int SECTION_COUNT = 0x3c;
  private static final int SECTION_HEADER_SIZE = 64;
  private static final int SECTION_TYPE = 4;
  private static final int SECTION_OFFSET = 0x18;
  private static final int SECTION_SIZE = 0x20;
  private static final int SECTION_ALIGNMENT = 0x30;
  private static final int SHT_PROGBITS = 1;

  @TempDir private Path folder;

  @AutoClose
  private final ExecutionSession session =
      ExecutionSession.builder().errorReporter(_ -> {}).build();

  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  /** {@return memory of this process that is in use, without the files that are mapped} */
  private static long resident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("RssAnon:") || line.startsWith("RssShmem:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .sum();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static long mappings() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  /** Adds and links an object and removes it; nothing of it may be left. */
  private void linkAndRemove(ObjectFile file, String symbol) throws IOException {
    ResourceTracker tracker = main.createResourceTracker();
    try {
      layer.add(tracker, file);
      session.lookup(main, symbol);
    } finally {
      tracker.remove();
      assertThat(main.symbols("")).isEmpty();
      assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
    }
    goodObjectStillWorks();
  }

  private void goodObjectStillWorks() {
    ResourceTracker tracker = main.createResourceTracker();
    layer.add(tracker, Compiler.c("good", "int good(void) { return 6; }"));
    assertThat((int) NativeCall.call(session.lookup(main, "good").address())).isEqualTo(6);
    tracker.remove();
  }

  @Test
  void alignmentOfAGibibyteCostsAddressesOnly() throws IOException {
    byte[] bytes = alignedToAGibibyte(2);
    largeObjectStillWorks();
    long before = resident();
    linkAndRemove(ObjectFile.of("aligned.o", bytes), "f0ax");
    long mapped = mappings();

    linkAndRemove(ObjectFile.of("aligned.o", bytes), "f1ax");
    largeObjectStillWorks();

    assertThat(resident() - before).isLessThan(256 * MEBIBYTE);
    assertThat(mappings()).isLessThanOrEqualTo(mapped + 4);
  }

  @Test
  void contentsThatAlignmentSpreadsOverGibibytesAreRefused() throws IOException {
    byte[] bytes = alignedToAGibibyte(3);
    long before = resident();

    assertThatThrownBy(() -> linkAndRemove(ObjectFile.of("aligned.o", bytes), "f0ax"))
        .hasRootCauseInstanceOf(MemoryAllocationException.class)
        .hasStackTraceContaining("spread over 0x80000001 bytes, alignment 0x40000000")
        .hasStackTraceContaining("Lower the alignment of its sections.");
    assertThat(resident() - before).isLessThan(256 * MEBIBYTE);
    largeObjectStillWorks();
  }

  /** An object of two or three kilobytes with some sections of one byte for each protection. */
  private static byte[] alignedToAGibibyte(int sections) {
    StringBuilder text = new StringBuilder();
    for (String section : List.of(".text", ".rodata", ".data")) {
      String flags = section.equals(".text") ? "ax" : section.equals(".data") ? "aw" : "a";
      for (int i = 0; i < sections; i++) {
        text.append(".section %s.s%d,\"%s\"\n".formatted(section, i, flags));
        text.append(".globl f%1$d%2$s\nf%1$d%2$s: .byte 0xc3\n".formatted(i, flags));
      }
    }
    byte[] bytes = Compiler.bytes("gcc", "aligned.s", text.toString());
    ByteBuffer headers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i < headers.getShort(SECTION_COUNT); i++) {
      int at = (int) headers.getLong(SECTION_HEADERS) + i * SECTION_HEADER_SIZE;
      headers.putLong(at + SECTION_ALIGNMENT, 1 << 30);
    }
    assertThat(bytes).hasSizeLessThan(4096);
    return bytes;
  }

  /** Its segments have to be within reach of each other, whatever address space was asked for. */
  private void largeObjectStillWorks() {
    ResourceTracker tracker = main.createResourceTracker();
    layer.add(
        tracker,
        Compiler.c("large", "static int data[20000] = {8}; int large(void) { return data[0]; }"));
    assertThat((int) NativeCall.call(session.lookup(main, "large").address())).isEqualTo(8);
    tracker.remove();
  }

  @Test
  void alignmentOfTwoToThePowerOfSixtyIsRefusedWithItsPlace() {
    byte[] bytes = Compiler.bytes("gcc", "a.c", "int f(void) { return 1; }");
    ByteBuffer object = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int first = (int) object.getLong(SECTION_HEADERS) + SECTION_HEADER_SIZE;
    object.putLong(first + SECTION_ALIGNMENT, 1L << 60);

    assertThatThrownBy(() -> linkAndRemove(ObjectFile.of("a.o", bytes), "f"))
        .hasRootCauseInstanceOf(MalformedObjectException.class)
        .hasStackTraceContaining(
            "a.o: section 1 (.text): alignment 0x1000000000000000 is not a power of two up to");
    goodObjectStillWorks();
  }

  /** A thousand sections over one megabyte would be a gigabyte. */
  @Test
  void sectionsThatOverlapCannotMultiplyTheFile() {
    StringBuilder text = new StringBuilder(".globl f\n.text\nf: ret\n");
    for (int i = 0; i < 1000; i++) {
      text.append(".section .data.s%d,\"aw\"\n.byte 1\n".formatted(i));
    }
    text.append(".section .rodata.large,\"a\"\n.skip 1 << 20, 1\n");
    byte[] bytes = Compiler.bytes("gcc", "o.s", text.toString());
    ByteBuffer object = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headers = (int) object.getLong(SECTION_HEADERS);
    int count = object.getShort(SECTION_COUNT);
    int large = largest(object, headers, count);
    for (int i = 1; i < count; i++) {
      int at = headers + i * SECTION_HEADER_SIZE;
      if (object.getInt(at + SECTION_TYPE) == SHT_PROGBITS) {
        object.putLong(at + SECTION_OFFSET, object.getLong(large + SECTION_OFFSET));
        object.putLong(at + SECTION_SIZE, object.getLong(large + SECTION_SIZE));
      }
    }
    long before = resident();

    assertThatThrownBy(() -> linkAndRemove(ObjectFile.of("o.o", bytes), "f"))
        .hasRootCauseInstanceOf(MalformedObjectException.class)
        .hasStackTraceContaining("sections have more bytes than the file")
        .hasStackTraceContaining("some of them overlap");
    assertThat(resident() - before).isLessThan(256 * MEBIBYTE);
    goodObjectStillWorks();
  }

  private static int largest(ByteBuffer object, int headers, int count) {
    int largest = headers;
    for (int at = headers; at < headers + count * SECTION_HEADER_SIZE; at += SECTION_HEADER_SIZE) {
      largest =
          object.getLong(at + SECTION_SIZE) > object.getLong(largest + SECTION_SIZE) ? at : largest;
    }
    return largest;
  }

  @Test
  void relativeAndCompactRelocationsAreRefusedByName() {
    for (String type : List.of("19 RELR", "0x40000014 CREL")) {
      String[] words = type.split(" ");
      ObjectFile object =
          Compiler.assembly(
              "r", ".globl f\nf: ret\n.section .packed,\"\",@%s\n.quad 0\n".formatted(words[0]));

      assertThatThrownBy(() -> linkAndRemove(object, "f"))
          .hasRootCauseInstanceOf(UnsupportedObjectException.class)
          .hasStackTraceContaining("(.packed) of type " + words[1])
          .hasStackTraceContaining("Let the assembler write ordinary relocations (RELA).");
    }
    goodObjectStillWorks();
  }

  @Test
  void fileThatIsWrittenWhileItIsReadIsReadWholeOrRefused() throws Exception {
    byte[] bytes = Compiler.bytes("gcc", "w.c", "int f(void) { return 7; } int data[4000] = {1};");
    Path file = Files.write(folder.resolve("w.o"), bytes);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int round = 0; !Thread.currentThread().isInterrupted(); round++) {
                write(file, Arrays.copyOf(bytes, (round * 997) % bytes.length));
                write(file, bytes);
              }
            });
    int linked = 0;
    try {
      for (int i = 0; i < 300; i++) {
        try {
          linkAndRemove(ObjectFile.read(file), "f");
          linked++;
        } catch (LinkException | OrcException torn) {
          assertThat(torn).hasMessageContaining("w.o");
        }
      }
    } finally {
      writer.interrupt();
      writer.join();
    }
    assertThat(linked).isLessThanOrEqualTo(300);
    linkAndRemove(ObjectFile.read(file), "f");
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void graphsOfOneFileAreDumpedAlike() {
    ObjectFile object =
        Compiler.c(
            "d", "int a, b, c; int f(int x) { return x + a; } int g(void) { return f(b) + c; }");

    assertThat(object.linkGraph(Set.of(ObjectFile.ReadOption.NON_ALLOC_SECTIONS)).dump())
        .isEqualTo(object.linkGraph(Set.of(ObjectFile.ReadOption.NON_ALLOC_SECTIONS)).dump());
  }
}
