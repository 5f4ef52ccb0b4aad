package uruk.materialization.platform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import uruk.jitlink.host.MachineCode;

/**
 * The guard's frame descriptions, DWARF 5 section 6.4.1, behind the {@code .eh_frame_hdr} of Linux
 * Standard Base, "DWARF Extensions", section 10.6.2.
 *
 * <p>The frame of {@code enter} has a personality and no return address: unwinding ends there.
 * Those of {@code personality}, {@code raise} and {@code handler} are ordinary ones, so that a
 * backtrace gets from them to the throw and the fault, and an exception from Java to those who
 * called it.
 */
final class GuardUnwindTable {
  private static final byte PCREL_SDATA4 = 0x1b;
  private static final byte UDATA4 = 0x03;
  private static final byte DATAREL_SDATA4 = 0x3b;

  /** CFA is rsp+8; the return address is unknown. */
  private static final byte[] OUTERMOST = {0x0c, 7, 8, 0x07, 16, 0, 0, 0, 0};

  /** CFA is rbp+16, rbx is at CFA-24, rbp at CFA-16, the return address at CFA-8. */
  private static final byte[] FRAME_POINTER = {
    0x0c, 6, 16, (byte) 0x83, 3, (byte) 0x86, 2, (byte) 0x90, 1
  };

  /**
   * Code with a frame.
   *
   * @param begin its label
   * @param end the label behind it
   * @param outermost whether unwinding ends there
   */
  private record Code(String begin, String end, boolean outermost) {}

  /** In the order of their addresses. */
  private static final List<Code> CODE =
      List.of(
          new Code("enter", "tooDeep", true),
          new Code("personality", "foreign", false),
          new Code("raise", "take", false),
          new Code("handler", "chain", false));

  private GuardUnwindTable() {}

  /**
   * {@return the table's bytes}
   *
   * @param table where the table will stand
   * @param base where the code stands
   */
  static ByteBuffer of(MachineCode code, long table, long base) {
    ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    int frames = 12 + CODE.size() * 8;
    bytes.put((byte) 1).put(PCREL_SDATA4).put(UDATA4).put(DATAREL_SDATA4);
    bytes.putInt(frames - 4).putInt(CODE.size());

    bytes.position(frames);
    long personality = base + code.number("personality");
    int outermost = cie(bytes, "zPR", table, personality, OUTERMOST);
    int framePointer = cie(bytes, "zR", table, 0, FRAME_POINTER);
    for (int i = 0; i < CODE.size(); i++) {
      Code function = CODE.get(i);
      long begin = base + code.number(function.begin());
      long end = base + code.number(function.end());
      int frame = fde(bytes, function.outermost() ? outermost : framePointer, table, begin, end);
      bytes.putInt(12 + 8 * i, (int) (begin - table)).putInt(16 + 8 * i, frame);
    }
    bytes.putInt(0);
    int end = bytes.position();
    return bytes.position(0).limit(end);
  }

  private static int cie(
      ByteBuffer bytes, String augmentation, long table, long personality, byte[] instructions) {
    int begin = bytes.position();
    bytes.putInt(0).putInt(0).put((byte) 1);
    augmentation.chars().forEach(letter -> bytes.put((byte) letter));
    bytes.put((byte) 0).put((byte) 1).put((byte) 0x78).put((byte) 16);
    if (personality == 0) {
      bytes.put((byte) 1);
    } else {
      bytes.put((byte) 6).put(PCREL_SDATA4);
      bytes.putInt((int) (personality - table - bytes.position()));
    }
    bytes.put(PCREL_SDATA4).put(instructions);
    return finish(bytes, begin);
  }

  private static int fde(ByteBuffer bytes, int cie, long table, long begin, long end) {
    int record = bytes.position();
    bytes.putInt(0).putInt(record + 4 - cie);
    bytes.putInt((int) (begin - table - bytes.position())).putInt((int) (end - begin));
    bytes.put((byte) 0);
    return finish(bytes, record);
  }

  /** Pads a record with DW_CFA_nop and stores its length. */
  private static int finish(ByteBuffer bytes, int begin) {
    while ((bytes.position() - begin) % 4 != 0) {
      bytes.put((byte) 0);
    }
    bytes.putInt(begin, bytes.position() - begin - 4);
    return begin;
  }
}
