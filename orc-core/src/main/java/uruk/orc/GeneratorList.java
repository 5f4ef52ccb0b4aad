package uruk.orc;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The generators of a dylib at one moment. Appending shares the array, so that look-ups may keep
 * what they have seen and a thousand generators are added in linear time.
 */
final class GeneratorList {
  static final GeneratorList EMPTY = new GeneratorList(new GeneratorSlot[0], 0);

  private final @Nullable GeneratorSlot[] slots;
  private final int size;

  private GeneratorList(@Nullable GeneratorSlot[] slots, int size) {
    this.slots = slots;
    this.size = size;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  GeneratorSlot get(int at) {
    GeneratorSlot slot = at < size ? slots[at] : null;
    if (slot == null) {
      throw new IndexOutOfBoundsException(at);
    }
    return slot;
  }

  /** {@return this list and one more; called under the session lock, on the newest list only} */
  GeneratorList with(GeneratorSlot added) {
    @Nullable GeneratorSlot[] room =
        size < slots.length ? slots : Arrays.copyOf(slots, Math.max(4, size * 2));
    room[size] = added;
    return new GeneratorList(room, size + 1);
  }

  /** {@return the generators in order} */
  List<DefinitionGenerator> generators() {
    return IntStream.range(0, size).mapToObj(at -> get(at).generator()).toList();
  }

  /** Fails every look-up that has or awaits one of the generators. */
  void removeAll(Outcome outcome) {
    for (int at = 0; at < size; at++) {
      get(at).remove(outcome);
    }
  }

  /**
   * {@return this list without the slots of that generator, which the list itself is to be rid of}
   */
  @SuppressWarnings("ReferenceEquality") // generators are removed by identity
  GeneratorList without(DefinitionGenerator generator, Outcome outcome) {
    @Nullable GeneratorSlot[] kept = new GeneratorSlot[size];
    int count = 0;
    for (int at = 0; at < size; at++) {
      GeneratorSlot slot = get(at);
      if (slot.generator() == generator) {
        slot.remove(outcome);
      } else {
        kept[count++] = slot;
      }
    }
    return new GeneratorList(kept, count);
  }
}
