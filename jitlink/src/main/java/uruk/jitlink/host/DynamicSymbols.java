package uruk.jitlink.host;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A dynamic symbol table and its hash table (gABI, "Symbol Table" and "Hash Table"). */
final class DynamicSymbols {
  /** Bytes of a symbol. */
  static final int SYMBOL_SIZE = 24;

  /** The section index of a symbol that another module defines. */
  static final short UNDEFINED = 0;

  /** The section index of a symbol whose value is an address already. */
  static final short ABSOLUTE = (short) 0xfff1;

  /** The section index of a symbol whose value is an offset: loaders test only for 0. */
  static final short DEFINED = 1;

  /** What a symbol is: the field {@code st_info} of a global symbol. */
  enum Kind {
    OBJECT(0x11),
    FUNCTION(0x12),
    THREAD_LOCAL(0x16);

    private final byte info;

    Kind(int info) {
      this.info = (byte) info;
    }
  }

  private record Entry(String name, Kind kind, short section, long value) {}

  private final List<Entry> entries = new ArrayList<>();

  void add(String name, Kind kind, short section, long value) {
    entries.add(new Entry(name, kind, section, value));
  }

  /** {@return how many symbols there are, with the empty one at the begin} */
  int count() {
    return entries.size() + 1;
  }

  int size() {
    return count() * SYMBOL_SIZE;
  }

  int hashSize() {
    return Integer.BYTES * (2 + 2 * count());
  }

  void addNames(DynamicStrings strings) {
    entries.forEach(entry -> strings.add(entry.name()));
  }

  void write(ByteBuffer image, DynamicStrings strings) {
    image.position(image.position() + SYMBOL_SIZE);
    for (Entry entry : entries) {
      image.putInt(strings.add(entry.name())).put(entry.kind().info).put((byte) 0);
      image.putShort(entry.section()).putLong(entry.value()).putLong(0);
    }
  }

  /**
   * As many chains as symbols, so that look-ups of names that others define cost next to nothing.
   */
  void writeHash(ByteBuffer image) {
    int[] buckets = new int[count()];
    int[] chains = new int[count()];
    for (int i = 1; i < count(); i++) {
      int bucket = Integer.remainderUnsigned(hash(entries.get(i - 1).name()), count());
      chains[i] = buckets[bucket];
      buckets[bucket] = i;
    }
    image.putInt(count()).putInt(count());
    for (int bucket : buckets) {
      image.putInt(bucket);
    }
    for (int chain : chains) {
      image.putInt(chain);
    }
  }

  private static int hash(String name) {
    int hash = 0;
    for (byte value : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash << 4) + (value & 0xff);
      int high = hash & 0xf000_0000;
      hash = (hash ^ (high >>> 24)) & ~high;
    }
    return hash;
  }
}
