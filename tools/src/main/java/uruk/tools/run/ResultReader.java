package uruk.tools.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import uruk.jit.CType;
import uruk.jit.CType.Member;
import uruk.jit.NativeText;
import uruk.materialization.platform.Guard;

/** Shows what a C function returned, as text in C's manner or as JSON. */
final class ResultReader {

  private final Guard guard;

  /**
   * Creates a reader.
   *
   * @param guard reads strings
   */
  ResultReader(Guard guard) {
    this.guard = guard;
  }

  /**
   * {@return a value as a line of text}
   *
   * @param value as the {@code MethodHandle} returned it
   * @throws uruk.materialization.platform.NativeCrashException if it is a string that points into
   *     nowhere
   */
  String text(CType type, Object value) {
    return switch (type) {
      case CType.Scalar scalar -> scalarText(scalar, value);
      case CType.Pointer pointer -> pointerText(pointer, (MemorySegment) value);
      case CType.Structure structure -> structureText(structure, (MemorySegment) value);
      case CType.Array array -> "{" + String.join(", ", elementTexts(array, value)) + "}";
      case CType.VoidType _ -> "";
    };
  }

  private static String scalarText(CType.Scalar type, Object value) {
    return switch (type) {
      case CHARACTER -> character((byte) value);
      case UNSIGNED_8 -> Integer.toString(Byte.toUnsignedInt((byte) value));
      case UNSIGNED_16 -> Integer.toString(Short.toUnsignedInt((short) value));
      case UNSIGNED_32 -> Integer.toUnsignedString((int) value);
      case UNSIGNED_64 -> Long.toUnsignedString((long) value);
      case BOOLEAN, SIGNED_8, SIGNED_16, SIGNED_32, SIGNED_64, FLOAT, DOUBLE ->
          String.valueOf(value);
    };
  }

  /** As gdb prints it. */
  private static String character(byte value) {
    return value >= ' ' && value < 0x7f ? "%d '%c'".formatted(value, value) : "%d".formatted(value);
  }

  private String pointerText(CType.Pointer type, MemorySegment value) {
    if (value.address() == 0) {
      return "NULL";
    }
    return type.toCharacters() ? string(value) : "0x%x".formatted(value.address());
  }

  /** A text that points into nowhere is the program's fault and reported so. */
  private String string(MemorySegment start) {
    return new String(NativeText.read(guard, start), StandardCharsets.UTF_8);
  }

  private String structureText(CType.Structure type, MemorySegment value) {
    List<String> members = new ArrayList<>();
    for (Member member : type.members()) {
      String text = text(member.type(), member(member, value));
      members.add(member.name().isEmpty() ? text : member.name() + " = " + text);
    }
    return "{" + String.join(", ", members) + "}";
  }

  private List<String> elementTexts(CType.Array array, Object value) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < array.length(); i++) {
      texts.add(text(array.element(), element(array, (MemorySegment) value, i)));
    }
    return texts;
  }

  private static Object member(Member member, MemorySegment structure) {
    return read(member.type(), structure, member.offset());
  }

  private static Object element(CType.Array array, MemorySegment start, int index) {
    return read(array.element(), start, index * array.element().valueLayout().byteSize());
  }

  private static Object read(CType type, MemorySegment memory, long offset) {
    return switch (type) {
      case CType.Scalar scalar -> readScalar(scalar, memory, offset);
      case CType.Pointer _ -> memory.get(ValueLayout.ADDRESS, offset);
      case CType.Structure _, CType.Array _ ->
          memory.asSlice(offset, type.valueLayout().byteSize());
      case CType.VoidType _ -> throw new AssertionError("no member has type void");
    };
  }

  private static Object readScalar(CType.Scalar type, MemorySegment memory, long offset) {
    return switch (type) {
      case BOOLEAN -> memory.get(ValueLayout.JAVA_BYTE, offset) != 0;
      case CHARACTER, SIGNED_8, UNSIGNED_8 -> memory.get(ValueLayout.JAVA_BYTE, offset);
      case SIGNED_16, UNSIGNED_16 -> memory.get(ValueLayout.JAVA_SHORT, offset);
      case SIGNED_32, UNSIGNED_32 -> memory.get(ValueLayout.JAVA_INT, offset);
      case SIGNED_64, UNSIGNED_64 -> memory.get(ValueLayout.JAVA_LONG, offset);
      case FLOAT -> memory.get(ValueLayout.JAVA_FLOAT, offset);
      case DOUBLE -> memory.get(ValueLayout.JAVA_DOUBLE, offset);
    };
  }

  /**
   * {@return a value as JSON: numbers, texts, truth values, arrays and objects}
   *
   * <p>What JSON has no number for (infinities, no number) is a text.
   */
  JsonElement json(CType type, Object value) {
    return switch (type) {
      case CType.Scalar scalar -> scalarJson(scalar, value);
      case CType.Pointer _ ->
          ((MemorySegment) value).address() == 0
              ? JsonNull.INSTANCE
              : new JsonPrimitive(text(type, value));
      case CType.Structure structure -> structureJson(structure, (MemorySegment) value);
      case CType.Array array -> {
        JsonArray elements = new JsonArray();
        for (int i = 0; i < array.length(); i++) {
          elements.add(json(array.element(), element(array, (MemorySegment) value, i)));
        }
        yield elements;
      }
      case CType.VoidType _ -> JsonNull.INSTANCE;
    };
  }

  private static JsonElement scalarJson(CType.Scalar type, Object value) {
    return switch (type) {
      case BOOLEAN -> new JsonPrimitive((boolean) value);
      case FLOAT, DOUBLE ->
          Double.isFinite(((Number) value).doubleValue())
              ? new JsonPrimitive((Number) value)
              : new JsonPrimitive(String.valueOf(value));
      case UNSIGNED_8, UNSIGNED_16, UNSIGNED_32, UNSIGNED_64 ->
          new JsonPrimitive(new BigInteger(scalarText(type, value)));
      case CHARACTER, SIGNED_8, SIGNED_16, SIGNED_32, SIGNED_64 ->
          new JsonPrimitive((Number) value);
    };
  }

  private JsonObject structureJson(CType.Structure type, MemorySegment value) {
    JsonObject members = new JsonObject();
    for (int i = 0; i < type.members().size(); i++) {
      Member member = type.members().get(i);
      String name = member.name().isEmpty() ? Integer.toString(i) : member.name();
      members.add(name, json(member.type(), member(member, value)));
    }
    return members;
  }
}
