package uruk.jitlink.archive;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Where an archive's bytes come from. Implementations are safe for use by several threads. */
interface ArchiveSource extends AutoCloseable {

  /** {@return the archive's path: its name in messages, and what thin members are relative to} */
  Path path();

  /** {@return the size in bytes when the archive was opened} */
  long size();

  /**
   * Reads a range that lies inside {@link #size()}.
   *
   * @throws MalformedArchiveException if the file has changed since it was opened
   */
  byte[] read(long offset, int length);

  /**
   * Reads a range as {@link #read} does, without copying what is in memory already.
   *
   * @return the bytes on the heap, which must not be changed
   */
  default ByteBuffer share(long offset, int length) {
    return ByteBuffer.wrap(read(offset, length));
  }

  @Override
  void close();
}
