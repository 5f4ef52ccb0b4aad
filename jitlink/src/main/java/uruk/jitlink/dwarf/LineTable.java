package uruk.jitlink.dwarf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import uruk.jitlink.MalformedObjectException;

/**
 * Which source line each address of an object belongs to. Immutable and safe for use by many
 * threads.
 */
public final class LineTable {
  /**
   * One contiguous run of code.
   *
   * @param first the index of its first row
   * @param last the index behind its last row
   * @param end the address behind its last byte
   */
  private record Sequence(LineProgramHeader names, long begin, long end, int first, int last) {}

  private final List<Sequence> sequences;
  private final long[] addresses;
  private final long[] files;
  private final int[] lines;
  private final int[] columns;

  private LineTable(Builder builder) {
    sequences =
        builder.sequences.stream()
            .sorted((a, b) -> Long.compareUnsigned(a.begin(), b.begin()))
            .toList();
    addresses = Arrays.copyOf(builder.addresses, builder.size);
    files = Arrays.copyOf(builder.files, builder.size);
    lines = Arrays.copyOf(builder.lines, builder.size);
    columns = Arrays.copyOf(builder.columns, builder.size);
  }

  /**
   * Reads all line tables of an object.
   *
   * @throws MalformedObjectException if they contradict the format
   */
  public static LineTable read(DebugSections sections) {
    DwarfCursor lines = new DwarfCursor(sections.object(), ".debug_line", sections.line());
    DwarfCursor lineStrings =
        new DwarfCursor(sections.object(), ".debug_line_str", sections.lineStrings());
    DwarfCursor strings = new DwarfCursor(sections.object(), ".debug_str", sections.strings());
    Builder builder = new Builder();
    while (lines.remaining() > 0) {
      DwarfCursor unit = lines.unit();
      LineProgram.run(unit, new LineProgramHeader(unit, lineStrings, strings), builder);
    }
    return new LineTable(builder);
  }

  /**
   * {@return the place in the source that an address belongs to, empty if the tables do not cover
   * it}
   *
   * @throws MalformedObjectException if the file's name is outside of its section
   */
  public Optional<SourceLocation> find(long address) {
    int index = lastNotAbove(address);
    if (index < 0) {
      return Optional.empty();
    }
    Sequence sequence = sequences.get(index);
    if (Long.compareUnsigned(address, sequence.end()) >= 0) {
      return Optional.empty();
    }
    int row = lastRowNotAbove(sequence, address);
    return Optional.of(
        new SourceLocation(sequence.names().path(files[row]), lines[row], columns[row]));
  }

  private int lastNotAbove(long address) {
    int low = 0;
    int high = sequences.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(sequences.get(middle).begin(), address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** Of rows with one address the last counts: those before it cover no code. */
  private int lastRowNotAbove(Sequence sequence, long address) {
    int low = sequence.first();
    int high = sequence.last();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(addresses[middle], address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.max(low - 1, sequence.first());
  }

  /** Collects rows; sequences that cover nothing are dropped. */
  static final class Builder {
    private final List<Sequence> sequences = new ArrayList<>();
    private long[] addresses = new long[64];
    private long[] files = new long[64];
    private int[] lines = new int[64];
    private int[] columns = new int[64];
    private int size;
    private int sequenceBegin;

    void add(long address, long file, int line, int column) {
      if (size == addresses.length) {
        addresses = Arrays.copyOf(addresses, 2 * size);
        files = Arrays.copyOf(files, 2 * size);
        lines = Arrays.copyOf(lines, 2 * size);
        columns = Arrays.copyOf(columns, 2 * size);
      }
      addresses[size] = address;
      files[size] = file;
      lines[size] = line;
      columns[size] = column;
      size++;
    }

    void endSequence(long end, LineProgramHeader names) {
      if (size > sequenceBegin && Long.compareUnsigned(addresses[sequenceBegin], end) < 0) {
        sequences.add(new Sequence(names, addresses[sequenceBegin], end, sequenceBegin, size));
        sequenceBegin = size;
      } else {
        dropOpenSequence();
      }
    }

    /** Forgets rows that no end of sequence follows: nobody knows how far they reach. */
    void dropOpenSequence() {
      size = sequenceBegin;
    }
  }
}
