package uruk.materialization.platform;

import com.google.common.base.CharMatcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The file by which {@code perf report} names addresses of a process, {@code perf-PID.map}: a line
 * "start size name" for each function, in hexadecimal (tools/perf/Documentation/jit-interface.txt
 * of Linux).
 *
 * <p>perf reads the file after the run, so a removed function keeps its line, renamed to {@code
 * [removed] name}, until other code stands at its address. Both are done by overwriting the line in
 * place, for which its numbers have leading zeros to spare. Not thread-safe.
 */
final class PerfMap implements AutoCloseable {
  private static final String REMOVED = "[removed] ";

  private final FileChannel file;
  private final TreeMap<Long, Line> lines = new TreeMap<>(Long::compareUnsigned);
  private long end;

  /**
   * A line of the file.
   *
   * @param position where it begins
   * @param length of it in bytes, without the newline
   * @param removed whether the function is gone
   */
  private record Line(NativeFunction function, long position, int length, boolean removed) {}

  /**
   * Creates a file, which is empty at first.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  PerfMap(Path path) {
    try {
      file =
          FileChannel.open(
              path,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  LinkOption.NOFOLLOW_LINKS));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Adds a function. */
  void add(NativeFunction function) {
    forgetRemoved(function);
    byte[] text =
        "%016x %016x %s\n"
            .formatted(function.address(), function.size(), line(function.name()))
            .getBytes(StandardCharsets.UTF_8);
    lines.put(function.address(), new Line(function, end, text.length - 1, false));
    write(text, end);
    end += text.length;
  }

  /** A line of zeros is none to perf. */
  private void forgetRemoved(NativeFunction added) {
    Map.Entry<Long, Line> first = lines.floorEntry(added.address());
    long from = first == null ? added.address() : first.getKey();
    Iterator<Line> near =
        lines.subMap(from, true, added.address() + added.size(), false).values().iterator();
    while (near.hasNext()) {
      Line line = near.next();
      if (line.removed() && line.function().overlaps(added)) {
        byte[] zeros = new byte[line.length()];
        Arrays.fill(zeros, (byte) '0');
        write(zeros, line.position());
        near.remove();
      }
    }
  }

  /** Renames a function. */
  void remove(NativeFunction function) {
    Line line = lines.get(function.address());
    if (line == null || !line.function().equals(function)) {
      return;
    }
    String name = REMOVED + line(function.name());
    String size = Long.toHexString(function.size());
    int width = line.length() - name.getBytes(StandardCharsets.UTF_8).length - size.length() - 2;
    String start = "0".repeat(16) + Long.toHexString(function.address());
    String text = start.substring(start.length() - width) + " " + size + " " + name;
    write(text.getBytes(StandardCharsets.UTF_8), line.position());
    lines.put(function.address(), new Line(function, line.position(), line.length(), true));
  }

  /** Assemblers take any name between quotes; one with a newline would be two lines. */
  private static String line(String name) {
    return CharMatcher.javaIsoControl().replaceFrom(name, '?');
  }

  private void write(byte[] bytes, long position) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        file.write(buffer, position + buffer.position());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
