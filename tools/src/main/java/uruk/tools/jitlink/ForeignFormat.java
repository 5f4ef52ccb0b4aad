package uruk.tools.jitlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Set;

/** Tells object formats that cannot be linked yet, so that errors can name them. */
final class ForeignFormat {
  /** How many bytes of a file it takes to tell. */
  static final int BYTES_NEEDED = 4;

  // <mach-o/loader.h>: MH_MAGIC, MH_MAGIC_64; <mach-o/fat.h>: FAT_MAGIC. In file order.
  private static final Set<Integer> MACH_O =
      Set.of(0xcefaedfe, 0xcffaedfe, 0xfeedface, 0xfeedfacf, 0xcafebabe);

  // <winnt.h>: IMAGE_FILE_MACHINE_I386, AMD64, ARM64.
  private static final Set<Integer> COFF_MACHINES = Set.of(0x14c, 0x8664, 0xaa64);

  private ForeignFormat() {}

  /** {@return the format, with its article; empty if it is none of those} */
  static Optional<String> of(ByteBuffer head) {
    if (head.remaining() < BYTES_NEEDED) {
      return Optional.empty();
    }
    if (MACH_O.contains(head.order(ByteOrder.BIG_ENDIAN).getInt(0))) {
      return Optional.of("a Mach-O file");
    }
    int machine = Short.toUnsignedInt(head.order(ByteOrder.LITTLE_ENDIAN).getShort(0));
    return COFF_MACHINES.contains(machine) ? Optional.of("a COFF object") : Optional.empty();
  }
}
