package uruk.jitlink.archive;

import java.nio.file.Path;
import java.util.Arrays;

/** An archive that is in memory already. */
final class ArraySource implements ArchiveSource {

  private final Path path;
  private final byte[] bytes;

  ArraySource(Path path, byte[] bytes) {
    this.path = path;
    this.bytes = bytes;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public byte[] read(long offset, int length) {
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public void close() {}
}
