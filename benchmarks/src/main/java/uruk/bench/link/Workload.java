package uruk.bench.link;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Objects to add and names to look up, as both sides of a comparison read them.
 *
 * @param pack the file that holds the objects; peer.cpp says how
 * @param symbolFile the file that holds the names, one a line
 * @param objects the object files' bytes
 * @param symbols the names
 */
record Workload(Path pack, Path symbolFile, List<byte[]> objects, List<String> symbols) {
  private static final byte[] MAGIC = {'U', 'R', 'U', 'K', 'P', 'A', 'C', 'K'};
  private static final int ALIGNMENT = 16;

  static Workload read(Path pack, Path symbolFile) throws IOException {
    ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(pack)).order(ByteOrder.LITTLE_ENDIAN);
    content.position(MAGIC.length);
    int count = Math.toIntExact(content.getLong());
    List<byte[]> objects = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] object = new byte[Math.toIntExact(content.getLong())];
      content.position(padded(content.position())).get(object);
      content.position(padded(content.position()));
      objects.add(object);
    }
    return new Workload(pack, symbolFile, objects, Files.readAllLines(symbolFile));
  }

  static void write(Path pack, Path symbolFile, List<byte[]> objects, List<String> symbols)
      throws IOException {
    Files.write(symbolFile, symbols);
    // The pack appears last and at once: a preparation that was stopped leaves none.
    Path unfinished = pack.resolveSibling(pack.getFileName() + ".new");
    try (var file = Files.newOutputStream(unfinished);
        var out = new DataOutputStream(new java.io.BufferedOutputStream(file))) {
      out.write(MAGIC);
      out.writeLong(Long.reverseBytes(objects.size()));
      for (byte[] object : objects) {
        out.writeLong(Long.reverseBytes(object.length));
        pad(out);
        out.write(object);
        pad(out);
      }
    }
    Files.move(unfinished, pack, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private static void pad(DataOutputStream out) throws IOException {
    out.write(new byte[padded(out.size()) - out.size()]);
  }

  private static int padded(int position) {
    return Math.ceilDiv(position, ALIGNMENT) * ALIGNMENT;
  }

  long bytes() {
    return objects.stream().mapToLong(object -> object.length).sum();
  }
}
