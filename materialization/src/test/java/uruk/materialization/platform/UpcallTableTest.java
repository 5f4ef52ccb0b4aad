package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class UpcallTableTest {
  private static final FunctionDescriptor UNARY = FunctionDescriptor.of(JAVA_LONG, JAVA_LONG);

  private final Guard guard = new Guard(new Symbolizer());
  @AutoClose private final UpcallTable table = new UpcallTable(guard, error -> {});
  @AutoClose private final Arena arena = Arena.ofConfined();

  private static MethodHandle method(String name, FunctionDescriptor descriptor)
      throws ReflectiveOperationException {
    return MethodHandles.lookup()
        .findStatic(UpcallTableTest.class, name, descriptor.toMethodType());
  }

  private static MethodHandle adding(long number) {
    MethodHandle sum;
    try {
      sum =
          MethodHandles.lookup()
              .findStatic(
                  Long.class, "sum", MethodType.methodType(long.class, long.class, long.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("Long.sum", impossible);
    }
    return MethodHandles.insertArguments(sum, 0, number);
  }

  private long call(MemorySegment pointer, long argument) {
    return guard.call(pointer.address(), argument);
  }

  @Test
  void everyPointerOfATypeCallsItsOwnTarget() {
    List<MemorySegment> pointers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      pointers.add(table.pointer(adding(i), UNARY, arena));
    }

    for (int i = 0; i < 100; i++) {
      assertThat(call(pointers.get(i), 1000)).isEqualTo(1000 + i);
    }
  }

  @SuppressWarnings("unused") // called by handle
  private static double mixed(
      int a, double x, long b, float y, MemorySegment c, int d, double z, int e) {
    return a + 10 * x + 100 * b + 1000 * y + c.address() + 3 * d + 7 * z + 11 * e;
  }

  @Test
  void argumentsOfAllRegistersKeepTheirPlaces() throws Throwable {
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(
            JAVA_DOUBLE,
            JAVA_INT,
            JAVA_DOUBLE,
            JAVA_LONG,
            JAVA_FLOAT,
            ADDRESS,
            JAVA_INT,
            JAVA_DOUBLE,
            JAVA_INT);
    MemorySegment pointer = table.pointer(method("mixed", descriptor), descriptor, arena);
    MethodHandle call = Linker.nativeLinker().downcallHandle(pointer, descriptor);

    assertThat((double) call.invokeExact(1, 2.0, 3L, 4f, MemorySegment.ofAddress(5), 6, 7.0, 8))
        .isEqualTo(mixed(1, 2, 3, 4, MemorySegment.ofAddress(5), 6, 7, 8));
  }

  @SuppressWarnings("unused") // called by handle
  private static long seven(long a, long b, long c, long d, long e, long f, long g) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g;
  }

  @Test
  void argumentsOnTheStackArriveToo() throws Throwable {
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    MemorySegment pointer = table.pointer(method("seven", descriptor), descriptor, arena);
    MethodHandle call = Linker.nativeLinker().downcallHandle(pointer, descriptor);

    assertThat((long) call.invokeExact(1L, 2L, 3L, 4L, 5L, 6L, 7L)).isEqualTo(140);
  }

  @SuppressWarnings("unused") // called by handle
  private static MemorySegment swapped(MemorySegment pair) {
    MemorySegment result = Arena.ofAuto().allocate(JAVA_INT, 2);
    result.setAtIndex(JAVA_INT, 0, pair.getAtIndex(JAVA_INT, 1));
    result.setAtIndex(JAVA_INT, 1, pair.getAtIndex(JAVA_INT, 0));
    return result;
  }

  @Test
  void structuresByValueArriveToo() throws Throwable {
    MemoryLayout pair = MemoryLayout.structLayout(JAVA_INT, JAVA_INT);
    FunctionDescriptor descriptor = FunctionDescriptor.of(pair, pair);
    MemorySegment pointer = table.pointer(method("swapped", descriptor), descriptor, arena);
    MethodHandle call = Linker.nativeLinker().downcallHandle(pointer, descriptor);

    MemorySegment result =
        (MemorySegment)
            call.invokeExact((SegmentAllocator) arena, arena.allocateFrom(JAVA_INT, 1, 2));

    assertThat(result.toArray(JAVA_INT)).containsExactly(2, 1);
  }

  @Test
  void aPointerWhoseArenaIsClosedThrowsIntoTheCaller() {
    MemorySegment pointer;
    try (Arena brief = Arena.ofConfined()) {
      pointer = table.pointer(adding(1), UNARY, brief);
    }
    long address = pointer.address();

    assertThatThrownBy(() -> guard.call(address, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("whose arena is closed");
  }

  @Test
  void placesAreUsedAgain() {
    long first;
    try (Arena brief = Arena.ofConfined()) {
      first = table.pointer(adding(1), UNARY, brief).address();
    }

    MemorySegment second = table.pointer(adding(2), UNARY, arena);

    assertThat(second.address()).isEqualTo(first);
    assertThat(call(second, 1)).isEqualTo(3);
  }

  @Test
  void placesOfClosedTablesAreUsedAgain() {
    table.pointer(adding(0), UNARY, arena);
    long first;
    try (UpcallTable brief = new UpcallTable(guard, error -> {})) {
      first = brief.pointer(adding(1), UNARY, Arena.global()).address();
    }

    assertThat(table.pointer(adding(5), UNARY, arena).address()).isEqualTo(first);
    assertThat(guard.call(first, 1)).isEqualTo(6);
  }

  @Test
  void aTargetOfAnotherTypeIsRefused() {
    assertThatThrownBy(() -> table.pointer(adding(1), FunctionDescriptor.ofVoid(JAVA_LONG), arena))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(long)long");
  }

  @Test
  void aClosedArenaTakesNoPointer() {
    long used;
    try (Arena closing = Arena.ofConfined()) {
      used = table.pointer(adding(1), UNARY, closing).address();
    }
    Arena closed = Arena.ofConfined();
    closed.close();

    assertThatThrownBy(() -> table.pointer(adding(2), UNARY, closed))
        .isInstanceOf(IllegalStateException.class);

    assertThat(table.pointer(adding(3), UNARY, arena).address()).isEqualTo(used);
  }
}
