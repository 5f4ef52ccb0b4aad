package uruk.materialization.platform;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.host.ThreadLocalModule;

/**
 * Where in which module a linked thread-local variable is. Other objects know the variable by its
 * address in the object's template, the memory that holds its initial value. Thread-safe.
 */
final class ThreadLocalTemplates {
  private static final ThreadLocalTemplates SHARED = new ThreadLocalTemplates();

  private final ConcurrentSkipListMap<Long, Piece> pieces =
      new ConcurrentSkipListMap<>(Long::compareUnsigned);

  private record Piece(ThreadLocalModule module, long address, long size, long offset) {}

  /**
   * A variable.
   *
   * @param module its module
   * @param offset where in the module's storage it is
   */
  record Variable(ThreadLocalModule module, long offset) {}

  private ThreadLocalTemplates() {}

  /** {@return the process's templates} */
  static ThreadLocalTemplates shared() {
    return SHARED;
  }

  /**
   * Adds a piece of a template.
   *
   * @param offset of the piece in the module's storage
   */
  void add(ThreadLocalModule module, long address, long size, long offset) {
    pieces.put(address, new Piece(module, address, size, offset));
  }

  /** Forgets a module's template. */
  void remove(ThreadLocalModule module) {
    pieces.values().removeIf(piece -> piece.module().equals(module));
  }

  /** {@return the variable at an address in a template; null if there is none} */
  @Nullable Variable find(long address) {
    Map.Entry<Long, Piece> entry = pieces.floorEntry(address);
    if (entry == null) {
      return null;
    }
    Piece piece = entry.getValue();
    long distance = address - piece.address();
    return distance < piece.size() ? new Variable(piece.module(), piece.offset() + distance) : null;
  }
}
