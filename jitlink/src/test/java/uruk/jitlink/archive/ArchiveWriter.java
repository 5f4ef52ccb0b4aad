package uruk.jitlink.archive;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes archives byte by byte, also ones that no {@code ar} would write. */
final class ArchiveWriter {

  /** One entry of a symbol index. */
  record Entry(String symbol, long memberOffset) {}

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private ArchiveWriter(String magic) {
    raw(magic.getBytes(StandardCharsets.US_ASCII));
  }

  static ArchiveWriter regular() {
    return new ArchiveWriter("!<arch>\n");
  }

  static ArchiveWriter thin() {
    return new ArchiveWriter("!<thin>\n");
  }

  /** The offset of what is written next. */
  long offset() {
    return out.size();
  }

  /** A header with any text in its name and size fields. */
  ArchiveWriter header(String name, String size) {
    return raw(
        "%-16s%-12s%-6s%-6s%-8s%-10s`\n"
            .formatted(name, "0", "0", "0", "644", size)
            .getBytes(StandardCharsets.UTF_8));
  }

  ArchiveWriter member(String rawName, byte[] content) {
    header(rawName, Integer.toString(content.length));
    raw(content);
    return pad();
  }

  ArchiveWriter member(String rawName, String content) {
    return member(rawName, content.getBytes(StandardCharsets.UTF_8));
  }

  /** A header of a thin archive: the content is elsewhere. */
  ArchiveWriter reference(String rawName, long size) {
    return header(rawName, Long.toString(size));
  }

  ArchiveWriter bsdMember(String name, byte[] content) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    header("#1/" + nameBytes.length, Integer.toString(nameBytes.length + content.length));
    raw(nameBytes);
    raw(content);
    return pad();
  }

  ArchiveWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  private ArchiveWriter pad() {
    return out.size() % 2 == 0 ? this : raw(new byte[] {'\n'});
  }

  static byte[] gnuIndex(int wordSize, Entry... entries) {
    var words = new Words(wordSize, ByteOrder.BIG_ENDIAN);
    words.add(entries.length);
    for (Entry entry : entries) {
      words.add(entry.memberOffset);
    }
    for (Entry entry : entries) {
      words.addName(entry.symbol);
    }
    return words.bytes();
  }

  static byte[] bsdIndex(int wordSize, ByteOrder order, Entry... entries) {
    var words = new Words(wordSize, order);
    words.add(2L * wordSize * entries.length);
    var names = new Words(wordSize, order);
    for (Entry entry : entries) {
      words.add(names.size());
      words.add(entry.memberOffset);
      names.addName(entry.symbol);
    }
    words.add(names.size());
    words.addBytes(names.bytes());
    return words.bytes();
  }

  static List<String> names(Archive archive) {
    return new ArrayList<>(archive.members().stream().map(ArchiveMember::name).toList());
  }

  private static final class Words {
    private final int wordSize;
    private final ByteOrder order;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Words(int wordSize, ByteOrder order) {
      this.wordSize = wordSize;
      this.order = order;
    }

    int size() {
      return out.size();
    }

    void add(long value) {
      ByteBuffer buffer = ByteBuffer.allocate(wordSize).order(order);
      addBytes(
          (wordSize == Long.BYTES ? buffer.putLong(value) : buffer.putInt((int) value)).array());
    }

    void addName(String name) {
      addBytes(name.getBytes(StandardCharsets.UTF_8));
      out.write(0);
    }

    void addBytes(byte[] bytes) {
      out.writeBytes(bytes);
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
