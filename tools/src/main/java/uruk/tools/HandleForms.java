package uruk.tools;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;

/**
 * Method references for the sake of their shapes. The first access to memory by a layout has the
 * JDK make method handles of its own (jdk.internal.foreign.LayoutPath), and for each shape of them
 * that it meets first a class or two, at every start. Handles of one shape share these classes, and
 * the AOT cache keeps them for the method references that the training run has met. So it meets one
 * of each shape; a start then finds the classes in the cache.
 */
final class HandleForms {
  private HandleForms() {}

  /** An instance method of an interface, as {@code asSlice} is for LayoutPath. */
  private interface Slice {
    MemorySegment of(MemorySegment memory, long offset, long size);
  }

  /** As the other {@code asSlice} is. */
  private interface SliceOfLayout {
    MemorySegment of(MemorySegment memory, long offset, MemoryLayout layout);
  }

  /** A static method, as {@code addScaledOffset} is. */
  private interface Sum {
    long of(long base, long index, long stride, long bound);
  }

  /** A static method, as {@code checkEnclosingLayout} is. */
  private interface Check {
    void of(MemorySegment memory, long offset, MemoryLayout layout);
  }

  /** A static method, as {@code longToAddress} of jdk.internal.foreign.Utils is. */
  private interface Address {
    MemorySegment of(long address);
  }

  /** Meets the references. */
  static void meet() {
    Slice slice = MemorySegment::asSlice;
    SliceOfLayout sliceOfLayout = MemorySegment::asSlice;
    Sum sum = HandleForms::sum;
    Check check = HandleForms::check;
    Address address = MemorySegment::ofAddress;
    MemorySegment memory = slice.of(MemorySegment.ofArray(new long[2]), 0, JAVA_LONG.byteSize());
    check.of(sliceOfLayout.of(memory, 0, JAVA_LONG), 0, JAVA_LONG);
    check.of(address.of(sum.of(0, 0, 0, 0)), 0, MemoryLayout.sequenceLayout(0, JAVA_LONG));
  }

  private static long sum(long base, long index, long stride, long bound) {
    return base + index * stride + bound;
  }

  private static void check(MemorySegment memory, long offset, MemoryLayout layout) {
    if (memory.byteSize() - offset < layout.byteSize()) {
      throw new AssertionError(layout + " is not in " + memory);
    }
  }
}
