package uruk.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.materialization.platform.Guard;

/**
 * Fits a native call to a Java method's types. Strings travel as zero-terminated UTF-8 that lives
 * as long as the call; a structure that is returned by value lives on the Java heap's side, as long
 * as something refers to it.
 */
final class Marshalling {
  private static final MethodHandle OPEN_ARENA;
  private static final MethodHandle CLOSE_ARENA;
  private static final MethodHandle TO_NATIVE;
  private static final MethodHandle TO_JAVA;
  private static final MethodHandle AUTOMATIC;

  static {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      OPEN_ARENA = lookup.findStatic(Arena.class, "ofConfined", MethodType.methodType(Arena.class));
      CLOSE_ARENA = lookup.findVirtual(Arena.class, "close", MethodType.methodType(void.class));
      TO_NATIVE =
          lookup.findStatic(
              Marshalling.class,
              "toNative",
              MethodType.methodType(MemorySegment.class, Arena.class, String.class));
      TO_JAVA =
          lookup.findStatic(
              Marshalling.class,
              "toJava",
              MethodType.methodType(String.class, Guard.class, MemorySegment.class));
      AUTOMATIC =
          lookup.findStatic(
              Marshalling.class, "automatic", MethodType.methodType(SegmentAllocator.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("our own method is missing", impossible);
    }
  }

  private Marshalling() {}

  @SuppressWarnings("UnusedMethod") // called by handle
  private static MemorySegment toNative(Arena arena, @Nullable String text) {
    return text == null ? MemorySegment.NULL : NativeText.allocate(arena, text);
  }

  @SuppressWarnings("UnusedMethod") // called by handle
  private static @Nullable String toJava(@Nullable Guard guard, MemorySegment text) {
    if (text.address() == 0) {
      return null;
    }
    return guard == null
        ? text.reinterpret(Integer.MAX_VALUE).getString(0)
        : new String(NativeText.read(guard, text), StandardCharsets.UTF_8);
  }

  @SuppressWarnings("UnusedMethod") // called by handle
  private static SegmentAllocator automatic() {
    return Arena.ofAuto();
  }

  /**
   * {@return the call with exactly the wanted type}
   *
   * @param guard reads the texts that are returned, if there is one
   */
  static MethodHandle adapt(MethodHandle call, MethodType wanted, @Nullable Guard guard) {
    MethodHandle fitted = call;
    if (fitted.type().parameterCount() > 0
        && fitted.type().parameterType(0) == SegmentAllocator.class) {
      fitted = MethodHandles.foldArguments(fitted, AUTOMATIC);
    }
    if (wanted.returnType() == String.class) {
      fitted =
          MethodHandles.filterReturnValue(
              fitted, MethodHandles.insertArguments(TO_JAVA, 0, new Object[] {guard}));
    }
    if (wanted.parameterList().contains(String.class)) {
      fitted = withStrings(fitted, wanted);
    }
    if (fitted.type().parameterCount() != wanted.parameterCount()) {
      throw new IllegalArgumentException(
          "a method of type " + wanted + " cannot call a function of type " + call.type());
    }
    return fitted.asType(wanted);
  }

  private static MethodHandle withStrings(MethodHandle call, MethodType wanted) {
    MethodHandle converted = call;
    // From the last to the first, so that positions stay right.
    for (int i = wanted.parameterCount() - 1; i >= 0; i--) {
      if (wanted.parameterType(i) == String.class) {
        converted = MethodHandles.collectArguments(converted, i, TO_NATIVE);
      }
    }
    MethodHandle oneArena = arenaFirst(converted, wanted);
    MethodHandle closed = MethodHandles.tryFinally(oneArena, cleanup(oneArena.type()));
    return MethodHandles.foldArguments(closed, OPEN_ARENA);
  }

  /** Gives all conversions the one arena that comes first. */
  private static MethodHandle arenaFirst(MethodHandle converted, MethodType wanted) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < wanted.parameterCount(); i++) {
      if (wanted.parameterType(i) == String.class) {
        order.add(0);
      }
      order.add(i + 1);
    }
    List<Class<?>> parameters = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < wanted.parameterCount(); i++) {
      from += wanted.parameterType(i) == String.class ? 1 : 0;
      parameters.add(converted.type().parameterType(from++));
    }
    MethodType type =
        MethodType.methodType(converted.type().returnType(), parameters)
            .insertParameterTypes(0, Arena.class);
    return MethodHandles.permuteArguments(
        converted, type, order.stream().mapToInt(Integer::intValue).toArray());
  }

  /** (Throwable, result, Arena) → result, closing the arena. */
  private static MethodHandle cleanup(MethodType type) {
    Class<?> result = type.returnType();
    MethodHandle close = CLOSE_ARENA;
    if (result == void.class) {
      return MethodHandles.dropArguments(close, 0, Throwable.class);
    }
    MethodHandle keepResult =
        MethodHandles.foldArguments(
            MethodHandles.dropArguments(MethodHandles.identity(result), 0, Arena.class), close);
    MethodHandle resultFirst =
        MethodHandles.permuteArguments(
            keepResult, MethodType.methodType(result, result, Arena.class), 1, 0);
    return MethodHandles.dropArguments(resultFirst, 0, Throwable.class);
  }
}
