package uruk.jitlink.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the kernel choose addresses below a limit, for as long as it is open: the holes of the
 * address space above the limit that could take a mapping of a given size are mapped inaccessible,
 * since the kernel takes the highest hole that is large enough (Linux, {@code
 * arch_get_unmapped_area_topdown}). No memory is used for it.
 *
 * <p>Other threads may need addresses meanwhile: all smaller holes stay open, and one is left that
 * is just too small for the mapping we wait for.
 */
final class AddressFence implements AutoCloseable {

  /** The lowest address that the kernel gives to anybody, vm.mmap_min_addr. */
  private static final long LOWEST = 1 << 16;

  /** What an image takes beside its reserve. */
  private static final long IMAGE_SIZE = 1 << 16;

  private final List<AddressRange> closed = new ArrayList<>();
  private final boolean hasRoom;

  private AddressFence(long limit, long size) {
    List<AddressRange> holes = holes();
    hasRoom =
        holes.stream()
            .anyMatch(hole -> Math.min(hole.end(), limit) - hole.start() >= size + IMAGE_SIZE);
    if (hasRoom) {
      boolean roomLeft = false;
      for (AddressRange hole : holes.reversed()) {
        if (hole.size() >= size && hole.end() > limit) {
          long from = Math.max(hole.start(), limit);
          boolean leaveRoom = !roomLeft && hole.end() - from > 2 * size;
          roomLeft |= leaveRoom;
          close(from, leaveRoom ? hole.end() - size + Libc.pageSize() : hole.end());
        }
      }
    }
  }

  /**
   * Closes the holes above a limit, if there is room below it.
   *
   * @param limit page-aligned
   * @param size of the mapping that is going to be made, at least
   */
  static AddressFence above(long limit, long size) {
    return new AddressFence(limit, size);
  }

  /**
   * {@return whether there is a hole below the limit that is large enough; otherwise nothing was
   * closed}
   */
  boolean hasRoom() {
    return hasRoom;
  }

  private void close(long start, long end) {
    int flags =
        Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED_NOREPLACE;
    try {
      Libc.mmap(start, end - start, Libc.PROT_NONE, flags, -1, 0);
      closed.add(new AddressRange(start, end));
    } catch (HostException taken) {
      // Another thread was quicker, or the address space is limited: the caller sees where it got.
    }
  }

  /** The last hole is the one below the main thread's stack, which grows into it. */
  private static List<AddressRange> holes() {
    List<AddressRange> holes = new ArrayList<>();
    long free = LOWEST;
    for (String line : mappings()) {
      if (line.endsWith("[stack]")) {
        return holes;
      }
      int dash = line.indexOf('-');
      long start = Long.parseUnsignedLong(line, 0, dash, 16);
      if (start > free) {
        holes.add(new AddressRange(free, start));
      }
      free = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
    }
    return holes;
  }

  private static List<String> mappings() {
    try {
      return ProcessMappings.text().lines().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException("the mappings of the process cannot be read", failure);
    }
  }

  /** Opens the holes again. */
  @Override
  public void close() {
    closed.forEach(range -> Libc.munmap(range.start(), range.size()));
  }
}
