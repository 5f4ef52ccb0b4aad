package uruk.materialization.platform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Addresses that call a function under the guard, or Java outside of it, with whatever arguments
 * they are called with. A thunk stays for the life of the process: pointers to it may be anywhere.
 * Thread-safe.
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
    0, // .quad enter or callJava
  };

  private static final int FUNCTION_OFFSET = 2;
  private static final int WAY_OFFSET = 16;
  private static final Map<Long, Long> THUNKS = new ConcurrentHashMap<>();

  private GuardThunks() {}

  /** {@return the thunk of a function} */
  static long thunk(long function) {
    return THUNKS.computeIfAbsent(function, each -> create(each, "enter"));
  }

  /**
   * {@return a new thunk by which linked code calls Java}
   *
   * @param upcallStub what {@code Linker.upcallStub} has made
   */
  static long callback(long upcallStub) {
    return create(upcallStub, "callJava");
  }

  private static long create(long function, String way) {
    return create(function, GuardRuntime.get().address(way));
  }

  /**
   * {@return a new thunk}
   *
   * @param inR11 what code finds in that register
   * @param way the code
   */
  static long create(long inR11, long way) {
    byte[] thunk = THUNK.clone();
    ByteBuffer.wrap(thunk)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(FUNCTION_OFFSET, inR11)
        .putLong(WAY_OFFSET, way);
    return CodeThunks.shared().create(thunk);
  }
}
