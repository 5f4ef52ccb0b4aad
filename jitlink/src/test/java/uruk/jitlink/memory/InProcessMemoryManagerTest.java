package uruk.jitlink.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.host.Libc;
import uruk.jitlink.host.NativeCall;

class InProcessMemoryManagerTest {
  /** {@code lea (%rdi,%rsi), %eax; ret} in the encoding of x86-64. */
  private static final byte[] ADD = {(byte) 0x8d, 0x04, 0x37, (byte) 0xc3};

  private static final long MINCORE =
      Linker.nativeLinker().defaultLookup().findOrThrow("mincore").address();

  private static final long MLOCK =
      Linker.nativeLinker().defaultLookup().findOrThrow("mlock").address();

  private static final long MUNLOCK =
      Linker.nativeLinker().defaultLookup().findOrThrow("munlock").address();

  private final InProcessMemoryManager manager = InProcessMemoryManager.shared();
  private final LinkGraph graph = new LinkGraph("test", manager.target());

  private Section section(MemProt protection) {
    return graph.createSection("." + protection, protection);
  }

  private FinalizedAllocation link() {
    return manager.allocate(graph).join().complete().join();
  }

  @Test
  void codeRunsAfterCompletion() {
    Block code = graph.createContentBlock(section(MemProt.READ_EXEC), ADD, 0, 16, 0);

    FinalizedAllocation allocation = link();

    assertThat((int) NativeCall.call(code.address(), 40, 2)).isEqualTo(42);
    allocation.deallocate().join();
  }

  @Test
  void blocksAreAlignedAsAsked() {
    Section data = section(MemProt.READ_WRITE);
    graph.createContentBlock(data, new byte[3], 0, 1, 0);
    Block aligned = graph.createContentBlock(data, new byte[8], 8, 64, 24);
    Block page = graph.createZeroFillBlock(data, 10, 16, 8192, 0);

    FinalizedAllocation allocation = link();

    assertThat(aligned.address() % 64).isEqualTo(24);
    assertThat(page.address() % 8192).isZero();
    allocation.deallocate().join();
  }

  @Test
  void zeroFillIsZeroWhereOthersHaveWritten() {
    for (int round = 0; round < 3; round++) {
      LinkGraph one = new LinkGraph("round", manager.target());
      Section data = one.createSection(".bss", MemProt.READ_WRITE);
      Block block = one.createZeroFillBlock(data, 4096, 0, 16, 0);
      FinalizedAllocation allocation = manager.allocate(one).join().complete().join();
      ByteBuffer bytes = memory(block.address(), 4096);
      for (int i = 0; i < 4096; i++) {
        assertThat(bytes.get(i)).isZero();
        bytes.put(i, (byte) 0x55);
      }
      allocation.deallocate().join();
    }
  }

  @Test
  void zeroFillOfLargeObjectsIsZeroWhereOthersHaveWritten() {
    int size = 5 * 4096 + 100;
    for (int round = 0; round < 3; round++) {
      LinkGraph one = new LinkGraph("round", manager.target());
      Section data = one.createSection(".data", MemProt.READ_WRITE);
      addContent(one, data);
      Block block = one.createZeroFillBlock(data, size, 1 << 20, 16, 0);
      FinalizedAllocation allocation = manager.allocate(one).join().complete().join();
      ByteBuffer bytes = memory(block.address(), size);
      for (int i = 0; i < size; i++) {
        assertThat(bytes.get(i)).isZero();
        bytes.put(i, (byte) 0x55);
      }
      allocation.deallocate().join();
    }
  }

  /** As after mlockall(2): the kernel does not take locked pages back. */
  @Test
  void zeroFillIsZeroWherePagesAreLockedInMemory() {
    int size = 5 * Libc.pageSize();
    FinalizedAllocation first = fullOfOnes(size);
    SegmentRange range = first.segments().getFirst();
    assertThat((int) NativeCall.call(MLOCK, range.address(), range.size())).isZero();
    first.deallocate().join();
    LinkGraph next = new LinkGraph("next", manager.target());
    Section data = next.createSection(".data", MemProt.READ_WRITE);
    addContent(next, data);
    Block zeros = next.createZeroFillBlock(data, size, 1 << 20, 16, 0);

    FinalizedAllocation second = manager.allocate(next).join().complete().join();

    assertThat(second.segments().getFirst().address()).isEqualTo(range.address());
    byte[] bytes = new byte[size];
    memory(zeros.address(), size).get(bytes);
    NativeCall.call(MUNLOCK, range.address(), range.size());
    second.deallocate().join();
    assertThat(bytes).containsOnly(0);
  }

  private FinalizedAllocation fullOfOnes(int zeroFill) {
    LinkGraph ones = new LinkGraph("ones", manager.target());
    Section data = ones.createSection(".data", MemProt.READ_WRITE);
    addContent(ones, data);
    Block zeros = ones.createZeroFillBlock(data, zeroFill, 1 << 20, 16, 0);
    FinalizedAllocation allocation = manager.allocate(ones).join().complete().join();
    ByteBuffer bytes = memory(zeros.address(), zeroFill);
    for (int i = 0; i < zeroFill; i++) {
      bytes.put(i, (byte) 1);
    }
    return allocation;
  }

  @Test
  void paddingIsZeroWhereOthersHaveWritten() {
    LinkGraph before = new LinkGraph("before", manager.target());
    byte[] ones = new byte[64];
    Arrays.fill(ones, (byte) 1);
    before.createContentBlock(before.createSection(".data", MemProt.READ_WRITE), ones, 0, 64, 0);
    manager.allocate(before).join().complete().join().deallocate().join();
    Section data = section(MemProt.READ_WRITE);
    Block first = graph.createContentBlock(data, new byte[4], 0, 64, 0);
    graph.createContentBlock(data, new byte[8], 32, 32, 0);

    FinalizedAllocation allocation = link();

    byte[] bytes = new byte[40];
    memory(first.address(), bytes.length).get(bytes);
    allocation.deallocate().join();
    assertThat(bytes).containsOnly(0);
  }

  @Test
  void sizesThatAddUpToMoreThanAnAddressSpaceAreRefused() {
    graph.createZeroFillBlock(section(MemProt.READ), Long.MAX_VALUE, 0, 1, 0);
    graph.createZeroFillBlock(section(MemProt.READ_WRITE), Long.MAX_VALUE, 0, 1, 0);

    assertThat(manager.allocate(graph))
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(MemoryAllocationException.class)
        .withMessageContaining("it needs more memory than there are addresses");
  }

  @Test
  void codeIsInReachOfReadOnlyDataHoweverManyVariablesThereAre() {
    Block text = graph.createContentBlock(section(MemProt.READ_EXEC), ADD, 0, 16, 0);
    Block constants = graph.createContentBlock(section(MemProt.READ), ADD, 0, 16, 0);
    graph.createZeroFillBlock(section(MemProt.READ_WRITE), 5L << 30, 0, 16, 0);

    FinalizedAllocation allocation = link();

    assertThat(Math.abs(text.address() - constants.address())).isLessThan(1L << 31);
    allocation.deallocate().join();
  }

  /** Content that ends amid a page, of an object that gets pages of its own. */
  private static void addContent(LinkGraph graph, Section section) {
    byte[] content = new byte[(int) InProcessMemoryManager.LARGE_OBJECT + 1000];
    Arrays.fill(content, (byte) 0x55);
    graph.createContentBlock(section, content, 0, 16, 0);
  }

  @Test
  void freedPagesOfLargeObjectsAreKeptUpToALimit() {
    List<FinalizedAllocation> allocations = new ArrayList<>();
    List<Long> addresses = new ArrayList<>();
    byte[] content = new byte[4 << 20];
    for (int i = 0; i < 12; i++) {
      LinkGraph one = new LinkGraph("large " + i, manager.target());
      Section data = one.createSection(".data", MemProt.READ_WRITE);
      Block block = one.createContentBlock(data, content, 0, 16, 0);
      allocations.add(manager.allocate(one).join().complete().join());
      addresses.add(block.address());
    }
    assertThat(resident(addresses, content.length)).isEqualTo(12L * content.length);

    allocations.forEach(allocation -> allocation.deallocate().join());

    assertThat(resident(addresses, content.length)).isLessThanOrEqualTo(32L << 20);
  }

  /** The bytes of some ranges that have memory behind them, mincore(2). */
  private static long resident(List<Long> addresses, int size) {
    int pages = size / Libc.pageSize();
    long resident = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment present = arena.allocate(pages);
      for (long address : addresses) {
        assertThat((int) NativeCall.call(MINCORE, address, size, present.address())).isZero();
        for (int page = 0; page < pages; page++) {
          resident += (present.get(ValueLayout.JAVA_BYTE, page) & 1) * Libc.pageSize();
        }
      }
    }
    return resident;
  }

  private static ByteBuffer memory(long address, long size) {
    return MemorySegment.ofAddress(address).reinterpret(size).asByteBuffer();
  }

  @Test
  void abandonedMemoryIsUsedAgain() {
    Block code = graph.createContentBlock(section(MemProt.READ_EXEC), ADD, 0, 16, 0);
    Set<Long> addresses = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      InFlightAllocation allocation = manager.allocate(graph).join();
      addresses.add(code.address());
      allocation.abandon().join();
    }

    assertThat(addresses).hasSize(1);
  }

  @Test
  void memoryForFinalizationOnlyIsGivenBackByCompletion() {
    Section once = section(MemProt.READ);
    once.setMemLifetime(MemLifetime.FINALIZE);
    graph.createContentBlock(once, new byte[100], 0, 1, 0);

    FinalizedAllocation allocation = link();

    assertThat(allocation.segments()).isEmpty();
    assertThat(allocation.footprint()).isZero();
    allocation.deallocate().join();
  }

  @Test
  void largeObjectsAreWritableNeverExecutableAtOnce() {
    byte[] large = Arrays.copyOf(ADD, (int) InProcessMemoryManager.LARGE_OBJECT);
    Block code = graph.createContentBlock(section(MemProt.READ_EXEC), large, 0, 16, 0);

    FinalizedAllocation allocation = link();

    assertThat(code.address() % Libc.pageSize()).isZero();
    assertThat((int) NativeCall.call(code.address(), 1, 2)).isEqualTo(3);
    assertThat(protection(code.address())).isEqualTo("r-xp");
    allocation.deallocate().join();
    assertThat(protection(code.address())).isEqualTo("---p");
  }

  private static String protection(long address) {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> contains(line, address))
          .map(line -> line.split(" ")[1])
          .findFirst()
          .orElse("unmapped");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean contains(String line, long address) {
    String[] range = line.split(" ")[0].split("-");
    return Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
        && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
  }

  @Test
  void anEntryLeadsWhereItWasRedirected() {
    Section text = section(MemProt.READ_EXEC);
    Block first = graph.createContentBlock(text, ADD, 0, 16, 0);
    byte[] subtract = {(byte) 0x89, (byte) 0xf8, 0x29, (byte) 0xf0, (byte) 0xc3}; // mov, sub, ret
    Block second = graph.createContentBlock(text, subtract, 16, 16, 0);
    FinalizedAllocation allocation = link();
    long entry = manager.createEntry(first.address());
    assertThat((int) NativeCall.call(entry, 7, 3)).isEqualTo(10);

    manager.redirectEntries(new long[] {entry}, new long[] {second.address()});

    assertThat((int) NativeCall.call(entry, 7, 3)).isEqualTo(4);
    assertThat(manager.entryTarget(entry)).isEqualTo(second.address());
    manager.releaseEntry(entry);
    allocation.deallocate().join();
  }

  @Test
  void whatIsNoEntryIsRefusedWithItsAddress() {
    assertThatThrownBy(() -> manager.releaseEntry(0x1234))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0x1234 is not an entry");
  }

  @Test
  void givingMemoryBackTwiceIsAnError() {
    graph.createContentBlock(section(MemProt.READ), ADD, 0, 1, 0);
    FinalizedAllocation allocation = link();
    allocation.deallocate().join();

    assertThatThrownBy(allocation::deallocate).isInstanceOf(IllegalStateException.class);
  }
}
