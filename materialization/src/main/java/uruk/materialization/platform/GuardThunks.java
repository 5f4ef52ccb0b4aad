package uruk.materialization.platform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Addresses that call a function under the guard with whatever arguments they are called with. A
 * function keeps its thunk for the life of the process: handles to it may be anywhere. Thread-safe.
 */
final class GuardThunks {
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
    0, // movabsq $function, %r11
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
    0, // .quad enter
  };

  private static final int FUNCTION_OFFSET = 2;
  private static final int ENTER_OFFSET = 16;
  private static final Map<Long, Long> THUNKS = new ConcurrentHashMap<>();

  private GuardThunks() {}

  /** {@return the thunk of a function} */
  static long thunk(long function) {
    return THUNKS.computeIfAbsent(function, GuardThunks::create);
  }

  private static long create(long function) {
    byte[] thunk = THUNK.clone();
    ByteBuffer.wrap(thunk)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(FUNCTION_OFFSET, function)
        .putLong(ENTER_OFFSET, GuardRuntime.get().address("enter"));
    return CodeThunks.shared().create(thunk);
  }
}
