package uruk.jitlink.archive;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file read piece by piece through one channel.
 *
 * <p>It is not mapped: a mapped file that shrinks kills the process on the next access, a channel
 * returns a short read. An interrupt closes a {@link FileChannel} for everybody; the channel is
 * then opened again, if the path still leads to the same file.
 *
 * <p>All bytes that are handed out are those of the file as it was opened: after each read the file
 * is looked at for changes, and what was read ahead is kept as it was.
 */
final class FileSource implements ArchiveSource {

  private final Path path;
  private final Stamp opened;
  private final Object lock = new Object();

  /**
   * A member's header is read first, then its content behind it: mostly one read serves both, and
   * the next member's.
   */
  private static final int READ_AHEAD = 32 * 1024;

  /**
   * A file that is read from so often, and is at most so large, is read as a whole: each read costs
   * a look at the file besides, which is dear until the JVM has compiled it.
   */
  private static final int OFTEN = 8;

  private static final int LARGEST_WHOLE = 16 << 20;

  // Guarded by lock.
  private int reads;
  private FileChannel channel;
  private SoftReference<byte @Nullable []> window = new SoftReference<>(null);
  private long windowOffset;
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

  /** Bytes that were read, where in them what was asked for begins, and whether they are kept. */
  private static final class Piece {
    private final byte[] bytes;
    private final int from;
    private final boolean kept;

    private Piece(byte[] bytes, int from, boolean kept) {
      this.bytes = bytes;
      this.from = from;
      this.kept = kept;
    }
  }

  @Override
  public byte[] read(long offset, int length) {
    Piece piece = piece(offset, length);
    return piece.kept
        ? Arrays.copyOfRange(piece.bytes, piece.from, piece.from + length)
        : piece.bytes;
  }

  /** Only the whole file is shared: a small member would keep what was read ahead with it. */
  @Override
  public ByteBuffer share(long offset, int length) {
    Piece piece = piece(offset, length);
    return piece.kept && piece.bytes.length < opened.size
        ? ByteBuffer.wrap(Arrays.copyOfRange(piece.bytes, piece.from, piece.from + length))
        : ByteBuffer.wrap(piece.bytes).slice(piece.from, length);
  }

  private Piece piece(long offset, int length) {
    if (offset > opened.size - length) {
      return new Piece(readChecked(offset, length), 0, false);
    }
    boolean often;
    synchronized (lock) {
      requireOpen();
      byte[] ahead = window.get();
      if (ahead != null
          && offset >= windowOffset
          && offset + length <= windowOffset + ahead.length) {
        return new Piece(ahead, (int) (offset - windowOffset), true);
      }
      often = ++reads > OFTEN;
    }
    if (often && opened.size <= LARGEST_WHOLE) {
      return new Piece(readAhead(0, opened.size), (int) offset, true);
    }
    return length >= READ_AHEAD
        ? new Piece(readChecked(offset, length), 0, false)
        : new Piece(readAhead(offset, Math.min(READ_AHEAD, opened.size - offset)), 0, true);
  }

  private byte[] readAhead(long offset, long length) {
    byte[] bytes = readChecked(offset, (int) length);
    synchronized (lock) {
      window = new SoftReference<>(bytes);
      windowOffset = offset;
    }
    return bytes;
  }

  private byte[] readChecked(long offset, int length) {
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
      requireOpen();
      if (!channel.isOpen()) {
        channel = FileChannel.open(path, StandardOpenOption.READ);
        if (!Stamp.of(path).equals(opened)) {
          throw changed(0);
        }
      }
      return channel;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("%s: the archive has been closed".formatted(path));
    }
  }

  private byte[] readOnce(FileChannel from, long offset, int length) throws IOException {
    byte[] read = ChannelReader.read(from, offset, length);
    if (read.length < length) {
      throw changed(offset);
    }
    return read;
  }

  /**
   * A file written in place shows by its time or size. One that was replaced (another file under
   * the same name) does no harm: the channel still reads the old one, whole.
   */
  private void requireUnchanged(long offset) throws IOException {
    Stamp now;
    try {
      now = Stamp.of(path);
    } catch (NoSuchFileException _) {
      return;
    }
    if (Objects.equals(now.fileKey, opened.fileKey) && !now.sameContent(opened)) {
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
    return UnreadableFileException.of(path, cause);
  }

  /** What tells one state of a file from another. */
  private record Stamp(@Nullable Object fileKey, long size, FileTime modified) {

    static Stamp of(Path path) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    }

    boolean sameContent(Stamp other) {
      return size == other.size && modified.equals(other.modified);
    }
  }
}
