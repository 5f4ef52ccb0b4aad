package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.host.Zstandard;

/** A section with SHF_COMPRESSED (gABI, "Section Compression"). */
final class CompressedSection {
  /** DEFLATE makes at most 1032 bytes of one (RFC 1951: 258 bytes of 2 bits). */
  private static final long MAXIMUM_RATIO = 1032;

  /** A block of Zstandard can repeat one byte 128 KiB long (RFC 8878, section 3.1.1.2): 4 bytes. */
  private static final long MAXIMUM_ZSTANDARD_RATIO = 1 << 15;

  private final SectionTable sections;
  private final int section;
  private final int begin;
  private final int headerSize;

  CompressedSection(SectionTable sections, int section) {
    this.sections = sections;
    this.section = section;
    this.begin = sections.offset(section);
    this.headerSize = sections.file().elfClass().compression.size();
    if (sections.size(section) < headerSize) {
      throw sections.malformed(section, "is too short for its compression header");
    }
  }

  /** {@return the section's bytes as they were before compression, in the file's byte order} */
  ByteBuffer decompress() {
    ByteBuffer bytes = sections.file().bytes();
    int type = sections.file().int32(begin);
    byte[] content =
        switch (type) {
          case Elf.ELFCOMPRESS_ZLIB -> inflate(bytes, checkedSize(MAXIMUM_RATIO));
          case Elf.ELFCOMPRESS_ZSTD -> decompressZstandard(bytes);
          default -> throw sections.malformed(section, "compression type " + type + " is unknown");
        };
    return ByteBuffer.wrap(content).order(bytes.order());
  }

  private byte[] decompressZstandard(ByteBuffer bytes) {
    if (!Zstandard.available()) {
      throw new UnsupportedObjectException(
          sections.file().name(),
          sections.describe(section) + " compressed with Zstandard without libzstd.so.1",
          "Install that library, or compile with -gz=zlib or -gz=none.");
    }
    byte[] content = new byte[checkedSize(MAXIMUM_ZSTANDARD_RATIO)];
    if (!Zstandard.decompress(compressed(bytes), content)) {
      throw sections.malformed(
          section, "compressed data is damaged, or is not of 0x%x bytes".formatted(content.length));
    }
    return content;
  }

  private ByteBuffer compressed(ByteBuffer bytes) {
    return bytes.slice(begin + headerSize, (int) sections.size(section) - headerSize);
  }

  private int checkedSize(long maximumRatio) {
    ElfFile file = sections.file();
    long size = file.word(begin + file.elfClass().compression.length());
    long compressed = sections.size(section) - headerSize;
    if (size < 0 || size > compressed * maximumRatio || size > Integer.MAX_VALUE - 8) {
      throw sections.malformed(
          section, "0x%x bytes cannot have been compressed from 0x%x".formatted(compressed, size));
    }
    return (int) size;
  }

  private byte[] inflate(ByteBuffer bytes, int size) {
    byte[] inflated = new byte[size];
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(compressed(bytes));
      int done = 0;
      while (done < size) {
        int more = inflater.inflate(inflated, done, size - done);
        if (more == 0) {
          throw sections.malformed(
              section, "compressed data ends at 0x%x of 0x%x bytes".formatted(done, size));
        }
        done += more;
      }
      return inflated;
    } catch (DataFormatException failure) {
      throw sections.malformed(section, "compressed data is damaged: " + failure.getMessage());
    }
  }
}
