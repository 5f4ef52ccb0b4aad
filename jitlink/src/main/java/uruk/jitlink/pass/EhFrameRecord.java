package uruk.jitlink.pass;

import java.nio.ByteBuffer;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edges;

/**
 * The frame of one record of {@code .eh_frame}: a length, which may be extended to eight bytes, and
 * a four-byte word that is 0 in a CIE and the distance back to the CIE in an FDE.
 *
 * @param begin where the record begins in its block
 * @param idField where its second field begins; {@code end} for a terminator
 * @param id the second field; 0 for a terminator
 * @param end where the next record begins
 */
record EhFrameRecord(int begin, int idField, int id, int end) {
  private static final int WORD = 4;
  private static final int EXTENDED = 0xffff_ffff;

  /** {@return the record at an offset of a block, whose frame is checked} */
  static EhFrameRecord at(Block block, int begin) {
    ByteBuffer content = block.content();
    int base = block.contentOffset();
    long size = block.size();
    if (begin > size - WORD) {
      throw malformed(block, begin, "is cut off at 0x%x".formatted(size));
    }
    long length = content.getInt(base + begin) & 0xffff_ffffL;
    int idField = begin + WORD;
    if ((int) length == EXTENDED && begin <= size - 3 * WORD) {
      length = content.getLong(base + idField);
      idField += 2 * WORD;
    }
    if (length < 0 || length > size - idField) {
      throw malformed(
          block, begin, "has length 0x%x, and the section ends at 0x%x".formatted(length, size));
    }
    int end = idField + (int) length;
    if (length == 0) {
      return new EhFrameRecord(begin, end, 0, end);
    }
    if (length < WORD) {
      throw malformed(block, begin, "has length " + length);
    }
    return new EhFrameRecord(begin, idField, content.getInt(base + idField), end);
  }

  boolean terminator() {
    return idField == end;
  }

  boolean cie() {
    return id == 0 && !terminator();
  }

  boolean fde() {
    return id != 0;
  }

  /** {@return where the address of the described function is in an FDE} */
  int functionField() {
    return idField + WORD;
  }

  /**
   * Checks an edge that begins in the record. One that was inside of the section may cross the end
   * of the record; one in the record's frame would make another record of it when it is applied.
   */
  void check(Block block, Edges edges, int edge) {
    int width = edges.kind(edge).field().size();
    int offset = edges.offset(edge);
    if (offset > end - width) {
      throw malformed(
          block,
          begin,
          "ends at 0x%x, amid a relocation at 0x%x".formatted(end - begin, offset - begin));
    }
    if (offset < functionField() && width > 0) {
      throw malformed(
          block,
          begin,
          "has a relocation at 0x%x, in its length or kind".formatted(offset - begin));
    }
  }

  static MalformedObjectException noCie(Block block, int begin, long cieAddress) {
    return malformed(
        block, begin, "refers to a CIE at 0x%x, and there is none".formatted(cieAddress));
  }

  static MalformedObjectException malformed(Block block, int begin, String what) {
    return new MalformedObjectException(
        block.file(),
        "section " + block.section().name(),
        "record at 0x%x %s".formatted(block.address() + begin, what));
  }
}
