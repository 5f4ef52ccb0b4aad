package uruk.jitlink.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** Reads from channels into the heap. */
final class ChannelReader {
  /**
   * How much is read at a time. The JDK reads into a buffer outside of the heap of the size that is
   * asked for, and keeps it: to read a large file at once would touch its size in memory twice.
   */
  private static final int PIECE = 256 * 1024;

  private ChannelReader() {}

  /**
   * {@return what a file has from an offset on: all that is asked for, or less if it ends before}
   */
  static byte[] read(FileChannel from, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    int read = 0;
    while (buffer.position() < length && read >= 0) {
      buffer.limit(Math.min(buffer.position() + PIECE, length));
      read = from.read(buffer, offset + buffer.position());
    }
    byte[] bytes = buffer.array();
    return buffer.position() == length ? bytes : Arrays.copyOf(bytes, buffer.position());
  }
}
