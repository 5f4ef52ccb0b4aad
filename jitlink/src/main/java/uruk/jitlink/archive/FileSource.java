package uruk.jitlink.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file read piece by piece through one channel.
 *
 * <p>It is not mapped: a mapped file that shrinks kills the process on the next access, a channel
 * returns a short read. An interrupt closes a {@link FileChannel} for everybody; the channel is
 * then opened again, if the path still leads to the same file.
 */
final class FileSource implements ArchiveSource {

  private final Path path;
  private final Stamp opened;
  private final Object lock = new Object();

  // Guarded by lock.
  private FileChannel channel;
  private boolean closed;

  private FileSource(Path path, FileChannel channel, Stamp opened) {
    this.path = path;
    this.channel = channel;
    this.opened = opened;
  }

  static FileSource open(Path path) {
    FileKind.requireRegularFile(path);
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new FileSource(path, channel, Stamp.of(path));
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long size() {
    return opened.size;
  }

  @Override
  public byte[] read(long offset, int length) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          byte[] bytes = readOnce(openChannel(), offset, length);
          requireUnchanged(offset);
          return bytes;
        } catch (ClosedChannelException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      try {
        channel.close();
      } catch (IOException e) {
        throw unreadable(path, e);
      }
    }
  }

  private FileChannel openChannel() throws IOException {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("%s: the archive has been closed".formatted(path));
      }
      if (!channel.isOpen()) {
        channel = FileChannel.open(path, StandardOpenOption.READ);
        if (!Stamp.of(path).equals(opened)) {
          throw changed(0);
        }
      }
      return channel;
    }
  }

  private byte[] readOnce(FileChannel from, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (from.read(buffer, offset + buffer.position()) < 0) {
        throw changed(offset);
      }
    }
    return buffer.array();
  }

  /**
   * A file written in place shows by its time or size. One that was replaced (another file under
   * the same name) does no harm: the channel still reads the old one, whole.
   */
  private void requireUnchanged(long offset) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    Stamp now = Stamp.of(path);
    if (Objects.equals(now.fileKey, opened.fileKey) && !now.equals(opened)) {
      throw changed(offset);
    }
  }

  private MalformedArchiveException changed(long offset) {
    return new MalformedArchiveException(
        path.toString(),
        offset,
        "the file has changed since it was opened with %d bytes".formatted(opened.size),
        "Open it again, and let build tools write a new file and rename it.");
  }

  private static UnreadableFileException unreadable(Path path, IOException cause) {
    return new UnreadableFileException(
        path, "cannot be read: " + cause, "Check the file's permissions and its disk.", cause);
  }

  /** What tells one state of a file from another. */
  private record Stamp(@Nullable Object fileKey, long size, FileTime modified) {

    static Stamp of(Path path) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    }
  }
}
