package uruk.jitlink.memory;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.MemProt;

/**
 * Memory inside one generated module, from which objects take spans. The memory manager's lock
 * guards all methods but {@link #protect}, {@link #working}, {@link #index}, {@link #zero} and
 * {@link #expectWrites}.
 */
sealed interface Pool permits DensePool, PagePool {
  /**
   * Takes memory for one segment of an object.
   *
   * @param slots entries of the unwind table that come with it; only with code
   * @return null when this pool cannot hold that much
   */
  @Nullable Span allocate(MemProt protection, long size, long alignment, int slots);

  /** Gives a span of {@link #allocate} back; nobody may use its addresses any more. */
  void free(MemProt protection, Span span);

  /** Says that so many bytes from the beginning of a span are about to be written, all of them. */
  void expectWrites(MemProt protection, Span span, long size);

  /** {@return a buffer through which a span is written until {@link #protect}} */
  ByteBuffer working(MemProt protection, Span span);

  /** {@return where the span begins in {@link #working}} */
  int index(MemProt protection, Span span);

  /** Sets the bytes of a part of a span to zero. */
  void zero(MemProt protection, long address, long size);

  /** Gives a written span its protection for running. */
  void protect(MemProt protection, Span span);

  /**
   * Replaces an aligned 8-byte word of running memory by one store.
   *
   * @return false if the address is not in this pool
   * @throws UnsupportedOperationException if the pool cannot change such memory
   */
  boolean patch(MemProt protection, long address, long word);

  /** {@return the table in which the module's functions are published to unwinders} */
  UnwindTable unwindTable();
}
