package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import uruk.jitlink.host.NativeCopy;

/**
 * Small pieces of code to which the entries of removed functions lead: a guarded call ends with an
 * {@link UnboundSymbolException}, any other writes the text to the standard error stream and ends
 * the process, as the dynamic linker does for a lazily bound symbol that is missing.
 *
 * <p>The text is its length in 8 bytes, then UTF-8: the symbol in quotes and what has happened.
 * Thread-safe; its own lock guards everything.
 */
final class UnboundReports {
  private static final byte[] THUNK = {
    0x49,
    (byte) 0xbb,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // movabsq $text, %r11
    (byte) 0xff,
    0x25,
    0,
    0,
    0,
    0, // jmpq *0(%rip)
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0, // .quad unbound
  };
  private static final int TEXT_OFFSET = 2;
  private static final int TARGET_OFFSET = 16;
  private static final int TEXT_SIZE = 1024;
  private static final String START = "uruk: \"";
  private static final String END = "\" was removed, but linked code called it without a guard\n";

  private final Deque<Long> unused = new ArrayDeque<>(); // guarded by this
  private final Map<Long, MemorySegment> texts = new HashMap<>(); // guarded by this

  /** {@return the address of code that reports calls to a symbol; give it back} */
  synchronized long create(String symbol) {
    long report = unused.isEmpty() ? createThunk() : unused.pop();
    MemorySegment text = texts.get(report);
    if (text == null) {
      throw new AssertionError("a report without its text");
    }
    int room = TEXT_SIZE - Long.BYTES - START.length() - END.length();
    byte[] name = symbol.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(room, name.length);
    while (length < name.length && isInsideOfCharacter(name[length])) {
      length--;
    }
    String shown = new String(name, 0, length, StandardCharsets.UTF_8);
    byte[] bytes = (START + shown + END).getBytes(StandardCharsets.UTF_8);
    NativeCopy.put(text, Long.BYTES, bytes);
    text.set(JAVA_LONG, 0, bytes.length);
    return report;
  }

  /** {@return whether a byte of UTF-8 goes on with the character before it} */
  private static boolean isInsideOfCharacter(byte unit) {
    return (unit & 0xc0) == 0x80;
  }

  private long createThunk() {
    // Kept and used again: a thread may be about to read it.
    MemorySegment text = Arena.global().allocate(TEXT_SIZE, Long.BYTES);
    byte[] thunk = THUNK.clone();
    ByteBuffer.wrap(thunk)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(TEXT_OFFSET, text.address())
        .putLong(TARGET_OFFSET, GuardRuntime.get().address("unbound"));
    long report = CodeThunks.shared().create(thunk);
    texts.put(report, text);
    return report;
  }

  /** Takes a report back. */
  synchronized void release(long report) {
    unused.push(report);
  }

  /** {@return the symbol that a text is about} */
  static String symbol(long text) {
    MemorySegment header = MemorySegment.ofAddress(text).reinterpret(TEXT_SIZE);
    byte[] bytes = header.asSlice(Long.BYTES, header.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
    String whole = new String(bytes, StandardCharsets.UTF_8);
    return whole.substring(START.length(), whole.length() - END.length());
  }
}
