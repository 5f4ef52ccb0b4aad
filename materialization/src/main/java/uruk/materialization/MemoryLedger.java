package uruk.materialization;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * What memory is spent on, in bytes. Each byte that an object takes outside of the Java heap is
 * under exactly one kind; kept records are on the heap.
 */
public final class MemoryLedger {
  /** What memory is spent on. */
  public enum Kind {
    /** Executable code. */
    CODE("code"),
    /** Constants. */
    READ_ONLY("read-only"),
    /** Variables with an initial value. */
    WRITABLE("writable"),
    /** Variables that start as zero. */
    ZERO_FILL("zero-fill"),
    /** The object's global offset table. */
    GOT("GOT"),
    /** Entries of its functions, and stubs. */
    ENTRIES("entries"),
    /** Frame descriptions, and their places in the unwind table. */
    UNWIND("unwind"),
    /** Initial images of thread-local variables. */
    TLS("TLS"),
    /** Copies of the object for debuggers. */
    DEBUG("debug"),
    /** Fix-ups kept after the link, on the Java heap. */
    KEPT_RECORDS("kept records"),
    /** Bytes between blocks and up to the end of what was allocated. */
    PADDING("padding");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    @SuppressWarnings("EnumOrdinal") // an index into arrays that are never stored
    private int index() {
      return ordinal();
    }

    /** {@return the kind as people read it} */
    @Override
    public String toString() {
      return text;
    }
  }

  private static final int KINDS = Kind.values().length;

  /** A ledger without a byte. */
  public static final MemoryLedger EMPTY = new MemoryLedger(new long[KINDS]);

  private final long[] bytes;

  private MemoryLedger(long[] bytes) {
    this.bytes = bytes;
  }

  /** {@return the bytes spent on one kind} */
  public long bytes(Kind kind) {
    return bytes[kind.index()];
  }

  /** {@return the bytes of all kinds} */
  public long total() {
    return Arrays.stream(bytes).sum();
  }

  /** {@return the bytes of all kinds by kind} */
  public Map<Kind, Long> byKind() {
    Map<Kind, Long> map = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      map.put(kind, bytes(kind));
    }
    return map;
  }

  /** {@return the sum of two ledgers} */
  public MemoryLedger plus(MemoryLedger other) {
    long[] sum = bytes.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other.bytes[i];
    }
    return new MemoryLedger(sum);
  }

  /** {@return the ledger as text, kinds without a byte left out} */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(total()).append(" bytes");
    String separator = ": ";
    for (Kind kind : Kind.values()) {
      if (bytes(kind) != 0) {
        text.append(separator).append(kind).append(' ').append(bytes(kind));
        separator = ", ";
      }
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MemoryLedger ledger && Arrays.equals(bytes, ledger.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Adds up bytes by kind. */
  static final class Builder {
    private final long[] bytes = new long[KINDS];

    Builder add(Kind kind, long size) {
      bytes[kind.index()] += size;
      return this;
    }

    MemoryLedger build() {
      return new MemoryLedger(bytes.clone());
    }
  }
}
