package uruk.jitlink.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class UnwindTableTest {
  private static final int HEADER = UnwindTable.HEADER_OFFSET;
  private static final int COUNT = HEADER + 8;
  private static final int TABLE = HEADER + 12;

  @AutoClose private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(UnwindTable.sizeFor(8), 8);
  private final UnwindTable table = new UnwindTable(memory, 8);
  private final long header = memory.address() + HEADER;

  @Test
  void headerSaysHowToReadTheTable() {
    assertThat(memory.asSlice(HEADER, 4).toArray(JAVA_BYTE)).containsExactly(1, 0x1b, 3, 0x3b);
    assertThat(memory.get(JAVA_INT, COUNT)).isZero();
  }

  @Test
  void entriesAreDistancesFromTheHeader() {
    table.append(2, header + 0x500);
    table.set(0, header + 0x100, header + 0x200);

    assertThat(memory.get(JAVA_INT, COUNT)).isEqualTo(2);
    assertThat(memory.get(JAVA_INT, TABLE)).isEqualTo(0x100);
    assertThat(memory.get(JAVA_INT, TABLE + 4)).isEqualTo(0x200);
    assertThat(memory.get(JAVA_INT, TABLE + 8)).isEqualTo(0x500);
  }

  @Test
  void functionsBelowTheHeaderHaveNegativeDistances() {
    table.append(1, header);
    table.set(0, header - 16, header - 8);

    assertThat(memory.get(JAVA_LONG, TABLE)).isEqualTo(0xfffffff8_fffffff0L);
  }

  @Test
  void buriedEntriesNameADescriptionThatCoversNothing() {
    table.append(1, header + 0x500);

    long description = HEADER + memory.get(JAVA_INT, TABLE + 4);
    assertThat(memory.get(JAVA_INT, description)).as("length").isEqualTo(16);
    int cieDistance = memory.get(JAVA_INT, description + 4);
    assertThat(memory.get(JAVA_INT, description + 4 - cieDistance + 4)).as("CIE id").isZero();
    assertThat(memory.get(JAVA_INT, description + 12)).as("range").isZero();
    assertThat(memory.get(JAVA_INT, description + 20)).as("terminator").isZero();
  }

  @Test
  void buryingLeadsHigherAndLowerAddressesToOne() {
    table.append(4, header + 0x500);
    table.set(0, header + 0x100, header + 0x200);
    table.set(1, header + 0x300, header + 0x200);

    table.bury(0, 3, header + 0x400);

    assertThat(starts(4)).containsExactly(0x400, 0x400, 0x400, 0x500);
    assertThat(memory.get(JAVA_INT, TABLE + 4)).isEqualTo(memory.get(JAVA_INT, TABLE + 28));
  }

  @Test
  void raisingChangesLowerAddressesOnly() {
    table.append(4, header + 0x500);
    table.bury(0, 2, header + 0x100);
    table.bury(2, 1, header + 0x400);

    table.raise(0, 4, header + 0x100, header + 0x200);
    table.raise(0, 4, header + 0x101, header + 0x300);

    assertThat(starts(4)).containsExactly(0x300, 0x300, 0x400, 0x500);
  }

  private int[] starts(int count) {
    return IntStream.range(0, count).map(i -> memory.get(JAVA_INT, TABLE + 8L * i)).toArray();
  }

  @Test
  void remainingCountsDown() {
    table.append(5, header);

    assertThat(table.remaining()).isEqualTo(3);
  }
}
