package uruk.jit;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCopy;
import uruk.materialization.platform.Guard;

/**
 * Texts that C has as bytes: UTF-8, of which bytes that are none stand as the lone surrogates
 * U+DC80 to U+DCFF, so that they survive the way through a string (as in Python's PEP 383).
 */
public final class NativeText {

  private static final char FIRST_BYTE = '\uDC80';
  private static final char LAST_BYTE = '\uDCFF';
  private static final char BASE = '\uDC00';

  private NativeText() {}

  /** {@return a text's characters} */
  public static String decode(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // stops at what is malformed
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isError()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (BASE + Byte.toUnsignedInt(in.get())));
      }
    }
  }

  /**
   * {@return the text at an address, without the zero that ends it}
   *
   * @param guard finds the end, so that an address that is none does not take the process down
   * @throws uruk.materialization.platform.NativeCrashException if it is none
   */
  public static byte[] read(Guard guard, MemorySegment start) {
    long length = guard.call(Length.FUNCTION, start.address());
    return start.reinterpret(length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Looked up when the first text is read. */
  private static final class Length {
    static final long FUNCTION = DynamicLinker.systemSymbol("strlen");
  }

  /** {@return a text in C's memory} */
  static MemorySegment allocate(Arena arena, String text) {
    return NativeCopy.terminated(arena, encode(text));
  }

  /** {@return a text's bytes, without the zero that ends it in C} */
  public static byte[] encode(String text) {
    if (text.chars().noneMatch(each -> FIRST_BYTE <= each && each <= LAST_BYTE)) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      if (FIRST_BYTE <= point && point <= LAST_BYTE) {
        bytes.write(point - BASE);
      } else {
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(point);
    }
    return bytes.toByteArray();
  }
}
