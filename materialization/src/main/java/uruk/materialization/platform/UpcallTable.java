package uruk.materialization.platform;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.orc.ErrorReporter;

/**
 * Function pointers that call Java. All of one C type share one up-call stub, because a stub of the
 * JVM takes a tenth of a millisecond and some kilobytes: a pointer is a {@linkplain
 * UpcallTrampoline trampoline} of a few bytes that adds its number to the arguments, and the stub
 * looks the method handle up by it.
 *
 * <p>Functions with structures by value, more than five integer or more than eight floating-point
 * arguments have stubs of their own. Thread-safe.
 */
public final class UpcallTable implements AutoCloseable {
  private static final int MAX_FLOATS = 8;
  private static final MethodHandle TARGET;

  static {
    try {
      TARGET =
          MethodHandles.lookup()
              .findVirtual(
                  Shape.class, "target", MethodType.methodType(MethodHandle.class, int.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("our own method is missing", impossible);
    }
  }

  private final Guard guard;
  private final ErrorReporter uncaught;
  private final Arena stubs = Arena.ofShared();
  private final Map<FunctionDescriptor, Shape> shapes = new HashMap<>(); // guarded by this

  /**
   * Makes an empty table.
   *
   * @param guard is suspended while Java runs
   * @param uncaught hears of exceptions that nobody can catch
   */
  public UpcallTable(Guard guard, ErrorReporter uncaught) {
    this.guard = guard;
    this.uncaught = uncaught;
  }

  /** The functions of one C type. */
  private static final class Shape {
    private final long shift;
    private final Deque<Integer> free = new ArrayDeque<>(); // guarded by this, as the next
    private final List<Long> trampolines = new ArrayList<>();

    /** Grows by being replaced; a number's element is written before anybody can call it. */
    private volatile @Nullable MethodHandle[] targets = new @Nullable MethodHandle[8];

    Shape(UpcallTable table, FunctionDescriptor descriptor) {
      MethodHandle invoker =
          MethodHandles.collectArguments(
              MethodHandles.exactInvoker(descriptor.toMethodType()), 0, TARGET.bindTo(this));
      FunctionDescriptor numbered = descriptor.insertArgumentLayouts(0, ValueLayout.JAVA_INT);
      long stub = table.guard.upcall(invoker, numbered, table.uncaught, table.stubs).address();
      shift = CodeThunks.shared().create(UpcallTrampoline.shift(integers(descriptor), stub));
    }

    @SuppressWarnings("UnusedMethod") // called by handle
    private MethodHandle target(int number) {
      MethodHandle target = targets[number];
      if (target == null) {
        throw new IllegalStateException(
            "Linked code has called a function pointer of Java whose arena is closed.");
      }
      return target;
    }

    synchronized int add(MethodHandle target) {
      Integer used = free.poll();
      int number = used == null ? trampolines.size() : used;
      if (number == targets.length) {
        targets = Arrays.copyOf(targets, 2 * number);
      }
      targets[number] = target;
      if (used == null) {
        trampolines.add(CodeThunks.shared().create(UpcallTrampoline.trampoline(number, shift)));
      }
      return number;
    }

    synchronized long address(int number) {
      return trampolines.get(number);
    }

    synchronized void remove(int number) {
      targets[number] = null;
      free.push(number);
    }

    synchronized void close() {
      CodeThunks.shared().release(trampolines, UpcallTrampoline.SIZE);
    }
  }

  /**
   * {@return a function pointer that calls a method handle until the arena closes} A call after
   * that throws {@link IllegalStateException} into the calling code, unless the pointer has been
   * used again.
   *
   * @param target its type must be that of the descriptor, as for {@link
   *     java.lang.foreign.Linker#upcallStub}
   * @param descriptor the C types of result and arguments
   */
  public MemorySegment pointer(MethodHandle target, FunctionDescriptor descriptor, Arena arena) {
    if (!isShareable(descriptor)) {
      return guard.upcall(target, descriptor, uncaught, arena);
    }
    requireType(target, descriptor);
    Shape shape = shape(descriptor);
    int number = shape.add(target);
    // An arena runs the cleanup actions of its segments when it closes.
    try {
      return MemorySegment.ofAddress(shape.address(number))
          .reinterpret(arena, _ -> shape.remove(number));
    } catch (IllegalStateException | WrongThreadException refused) { // by the arena
      shape.remove(number);
      throw refused;
    }
  }

  private static void requireType(MethodHandle target, FunctionDescriptor descriptor) {
    if (!target.type().equals(descriptor.toMethodType())) {
      throw new IllegalArgumentException(
          "a method of type "
              + target.type()
              + " cannot be called with the C types "
              + descriptor
              + ", which need "
              + descriptor.toMethodType());
    }
  }

  private synchronized Shape shape(FunctionDescriptor descriptor) {
    return shapes.computeIfAbsent(descriptor, _ -> new Shape(this, descriptor));
  }

  /** Whether the number fits in before the other arguments without touching the stack. */
  private static boolean isShareable(FunctionDescriptor descriptor) {
    List<MemoryLayout> arguments = descriptor.argumentLayouts();
    int integers = integers(descriptor);
    return descriptor.returnLayout().map(layout -> layout instanceof ValueLayout).orElse(true)
        && arguments.stream().allMatch(layout -> layout instanceof ValueLayout)
        && integers <= UpcallTrampoline.MAX_INTEGERS
        && arguments.size() - integers <= MAX_FLOATS;
  }

  private static int integers(FunctionDescriptor descriptor) {
    return (int)
        descriptor.argumentLayouts().stream()
            .filter(layout ->
                !(layout instanceof ValueLayout.OfFloat)
                    && !(layout instanceof ValueLayout.OfDouble))
            .count();
  }

  /** Ends all pointers; linked code must not call them any more. */
  @Override
  public synchronized void close() {
    shapes.values().forEach(Shape::close);
    shapes.clear();
    stubs.close();
  }
}
