package uruk.jitlink.graph;

import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An insertion-ordered collection with constant-time addition and removal, which only the graph can
 * change: to others it is the live view that they get. Elements may be removed and added while it
 * is iterated over; added ones are met by the iteration unless the list had to close its gaps.
 */
final class SlotList<T extends Slotted> extends AbstractCollection<T> {
  private static final @Nullable Slotted[] EMPTY = {};

  private @Nullable Slotted[] slots = EMPTY;
  private int used;
  private int size;

  void append(T element) {
    if (element.slot != Slotted.NOWHERE) {
      throw new IllegalArgumentException("already in a graph: " + element);
    }
    if (used == slots.length) {
      grow();
    }
    element.slot = used;
    slots[used++] = element;
    size++;
  }

  void appendAll(Collection<T> elements) {
    for (T element : elements) {
      append(element);
    }
  }

  void drop(T element) {
    int slot = element.slot;
    if (slot < 0 || slot >= used || slots[slot] != element) {
      throw new IllegalArgumentException("not here: " + element);
    }
    slots[slot] = null;
    element.slot = Slotted.NOWHERE;
    size--;
  }

  @SuppressWarnings("unchecked")
  void dropIf(Predicate<T> dropped) {
    int kept = 0;
    for (int i = 0; i < used; i++) {
      Slotted element = slots[i];
      if (element == null) {
        continue;
      }
      if (dropped.test((T) element)) {
        element.slot = Slotted.NOWHERE;
      } else {
        element.slot = kept;
        slots[kept++] = element;
      }
    }
    Arrays.fill(slots, kept, used, null);
    used = kept;
    size = kept;
  }

  void dropAll() {
    dropIf(element -> true);
  }

  @Override
  public boolean contains(@Nullable Object object) {
    return object instanceof Slotted element
        && element.slot >= 0
        && element.slot < used
        && slots[element.slot] == element;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<? super T> action) {
    for (int i = 0; i < used; i++) {
      Slotted element = slots[i];
      if (element != null) {
        action.accept((T) element);
      }
    }
  }

  @Override
  public Object[] toArray() {
    return size == used ? Arrays.copyOf(slots, size, Object[].class) : super.toArray();
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        while (next < used && slots[next] == null) {
          next++;
        }
        return next < used;
      }

      @Override
      @SuppressWarnings("unchecked")
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Slotted element = slots[next++];
        if (element == null) {
          throw new AssertionError("hasNext skipped the gaps");
        }
        return (T) element;
      }
    };
  }

  private void grow() {
    if (size < used / 2) {
      dropIf(element -> false);
    } else {
      slots = Arrays.copyOf(slots, Math.max(2, used * 2));
    }
  }
}
