package uruk.jitlink.memory;

import java.util.Arrays;

/** A stack of ints without boxes. */
final class IntStack {
  private int[] elements = new int[16];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  void push(int element) {
    if (size == elements.length) {
      elements = Arrays.copyOf(elements, size * 2);
    }
    elements[size++] = element;
  }

  int pop() {
    return elements[--size];
  }
}
