package uruk.jitlink.memory;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpanAllocatorTest {
  private static final long BASE = 0x10000;
  private static final int SLOTS = 512;

  /** Which address each slot of the unwind table holds. */
  private final long[] table = new long[SLOTS];

  /** How often a slot was changed. */
  private long changes;

  private final SpanAllocator spans =
      new SpanAllocator(
          16,
          new SpanAllocator.Tombstones() {
            @Override
            public void bury(int first, int count, long address) {
              Arrays.fill(table, first, first + count, address);
              changes += count;
            }

            @Override
            public void raise(int first, int count, long least, long address) {
              if (count > 0 && table[first] < least) {
                for (int slot = first; slot < first + count && table[slot] < address; slot++) {
                  table[slot] = address;
                  changes++;
                }
              }
            }
          });

  private void addFresh(long size) {
    Arrays.fill(table, BASE + size);
    spans.add(new Span(BASE, size, 0, SLOTS));
  }

  @Test
  void sizesAreRoundedToTheGranule() {
    addFresh(1024);

    assertThat(spans.allocate(1, 1, 0)).isEqualTo(new Span(BASE, 16, 0, 0));
    assertThat(spans.allocate(17, 1, 2)).isEqualTo(new Span(BASE + 16, 32, 0, 2));
  }

  @Test
  void alignmentLeavesAGapThatIsUsedLater() {
    addFresh(1024);
    spans.allocate(16, 1, 0);

    assertThat(spans.allocate(64, 256, 1)).isEqualTo(new Span(BASE + 256, 64, 0, 1));
    assertThat(spans.allocate(240, 16, 0)).isEqualTo(new Span(BASE + 16, 240, 0, 0));
  }

  @Test
  void neighboursGrowTogether() {
    addFresh(96);
    Span first = spans.allocate(32, 1, 1);
    Span second = spans.allocate(32, 1, 1);
    Span third = spans.allocate(32, 1, 1);
    spans.free(first);
    spans.free(third);
    assertThat(spans.allocate(64, 1, 0)).isNull();

    spans.free(second);

    assertThat(spans.allocate(96, 1, SLOTS)).isEqualTo(new Span(BASE, 96, 0, SLOTS));
  }

  @Test
  void aSpanWithTooFewSlotsIsPassedOver() {
    addFresh(64);
    Span few = spans.allocate(32, 1, 3);
    spans.allocate(32, 1, SLOTS - 3);
    spans.free(few);

    assertThat(spans.allocate(32, 1, 4)).isNull();
    assertThat(spans.allocate(32, 1, 3)).isEqualTo(few);
  }

  @Test
  void gapsWithoutSlotsDoNotHideTheRestHoweverManyThereAre() {
    addFresh(16 << 10);
    for (int i = 0; i < 100; i++) {
      assertThat(spans.allocate(16, 64, 1)).isNotNull();
    }

    Span function = spans.allocate(16, 16, 1);

    assertThat(function).isNotNull();
    assertThat(table).isSorted();
  }

  @Test
  void holesOfAnotherAlignmentDoNotHideTheRestHoweverManyThereAre() {
    addFresh(16 << 10);
    List<Span> holes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      assertThat(spans.allocate(16, 1, 0)).isNotNull();
      holes.add(requireNonNull(spans.allocate(64, 1, 0)));
      assertThat(spans.allocate(48, 1, 0)).isNotNull();
    }
    holes.forEach(spans::free);

    assertThat(spans.allocate(64, 64, 0)).isNotNull();
  }

  @Test
  void aFreshSpanServesWhateverElseIsFree() {
    addFresh(64);
    assertThat(spans.allocate(64, 1, SLOTS - 4)).isNotNull();

    Span part = spans.addAndTake(new Span(BASE + 64 + 16, 4096 - 16, SLOTS - 4, 4), 100, 64, 2);

    assertThat(part).isEqualTo(new Span(BASE + 128, 112, SLOTS - 4, 2));
    assertThat(spans.allocate(4096 - 64 - 112, 1, 2)).isNotNull();
  }

  @Test
  void whatTakingAndGivingBackCostsDoesNotGrowWithTheFreeSlots() {
    addFresh(SLOTS * 64);
    fillAndFree(64);
    fillAndFree(256);
    fillAndFree(1024);

    assertThat(changes).isLessThanOrEqualTo(16 * SLOTS);
    assertThat(table).isSorted();
  }

  /** Objects with one function each. */
  private void fillAndFree(long size) {
    List<Span> live = new ArrayList<>();
    for (long used = 0; used < SLOTS * 64; used += size) {
      live.add(requireNonNull(spans.allocate(size, 1, 1)));
    }
    live.forEach(spans::free);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theTableStaysInAddressOrderWhateverComesAndGoes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    addFresh(64 << 10);
    List<Span> live = new ArrayList<>();
    for (int step = 0; step < 4000; step++) {
      if (random.nextInt(3) != 0) {
        int functions = random.nextInt(4);
        Span span = spans.allocate(1 + random.nextInt(300), 1L << random.nextInt(8), functions);
        if (span != null) {
          publish(span, functions);
          live.add(span);
        }
      } else if (!live.isEmpty()) {
        spans.free(live.remove(random.nextInt(live.size())));
      }
      assertThat(table).isSorted();
    }
    live.forEach(spans::free);
    assertThat(spans.allocate(64 << 10, 1, SLOTS)).isEqualTo(new Span(BASE, 64 << 10, 0, SLOTS));
  }

  private void publish(Span span, int functions) {
    for (int i = 0; i < functions; i++) {
      table[span.firstSlot() + i] = span.address() + i;
    }
  }
}
