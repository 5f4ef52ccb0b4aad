package uruk.jitlink.elf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/** Makes one block of each section that the graph needs. */
final class BlockReader {
  private static final byte[] WARNING_PREFIX = ".gnu.warning.".getBytes(StandardCharsets.US_ASCII);

  private final LinkGraph graph;
  private final SectionTable sections;
  private final boolean nonAlloc;
  private final boolean[] skipped;
  private final Map<Section, Long> ends;
  private final boolean outputSections;
  private final boolean merges;
  private final @Nullable Block[] blocks;
  private long bytes;

  /**
   * A reader of one file.
   *
   * @param nonAlloc whether sections that take no memory become blocks
   * @param outputSections whether sections of single functions become parts of one
   * @param skipped by index the sections that become none
   * @param ends where the graph's sections end so far
   * @param merges whether sections of one name are of many files
   */
  BlockReader(
      LinkGraph graph,
      SectionTable sections,
      boolean nonAlloc,
      boolean outputSections,
      boolean[] skipped,
      Map<Section, Long> ends,
      boolean merges) {
    this.graph = graph;
    this.sections = sections;
    this.nonAlloc = nonAlloc;
    this.outputSections = outputSections;
    this.skipped = skipped;
    this.ends = ends;
    this.merges = merges;
    this.blocks = new Block[sections.count()];
  }

  /** {@return the block of each section index that has one} */
  @Nullable Block[] read() {
    for (int i = 1; i < sections.count(); i++) {
      if (!skipped[i] && isContent(i)) {
        blocks[i] = readBlock(i);
      }
    }
    for (int i = 1; i < sections.count(); i++) {
      if (blocks[i] != null) {
        keepAlive(i, blocks[i]);
      }
    }
    return blocks;
  }

  private boolean isContent(int section) {
    int type = sections.type(section);
    return switch (type) {
      case Elf.SHT_NULL,
          Elf.SHT_SYMTAB,
          Elf.SHT_STRTAB,
          Elf.SHT_RELA,
          Elf.SHT_REL,
          Elf.SHT_GROUP,
          Elf.SHT_SYMTAB_SHNDX ->
          false;
      case Elf.SHT_RELR, Elf.SHT_CREL ->
          throw new UnsupportedObjectException(
              sections.file().name(),
              sections.describe(section) + " of type " + (type == Elf.SHT_RELR ? "RELR" : "CREL"),
              "Let the assembler write ordinary relocations (RELA).");
      case Elf.SHT_DYNAMIC, Elf.SHT_DYNSYM, Elf.SHT_HASH ->
          throw sections.malformed(
              section, "type " + type + " does not belong into a relocatable object");
      default -> isWanted(section);
    };
  }

  private boolean isWanted(int section) {
    long flags = sections.flags(section);
    if ((flags & Elf.SHF_EXCLUDE) != 0) {
      return false;
    }
    if (sections.isNamed(section, WARNING_PREFIX)) {
      graph.addWarning(sections.name(section).substring(WARNING_PREFIX.length), text(section));
      return false;
    }
    return nonAlloc || (flags & Elf.SHF_ALLOC) != 0;
  }

  private String text(int section) {
    countBytes(section, sections.size(section));
    int begin = sections.offset(section);
    byte[] text = new byte[(int) sections.size(section)];
    sections.file().bytes().get(begin, text);
    return new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
  }

  private Block readBlock(int section) {
    Section parent = parent(section);
    long alignment = sections.alignment(section);
    long end = ends.getOrDefault(parent, 0L);
    long address = end + (-end & (alignment - 1));
    Block block = readContent(section, parent, address, alignment);
    ends.put(parent, address + block.size());
    return block;
  }

  private Block readContent(int section, Section parent, long address, long alignment) {
    long size = sections.size(section);
    if (sections.type(section) == Elf.SHT_NOBITS) {
      if (size < 0) {
        throw sections.malformed(section, "size 0x%x".formatted(size));
      }
      return graph.createZeroFillBlock(parent, size, address, alignment, 0);
    }
    countBytes(section, size);
    if (sections.hasFlag(section, Elf.SHF_COMPRESSED)) {
      ByteBuffer content = new CompressedSection(sections, section).decompress();
      return graph.createContentBlock(parent, content, 0, content.limit(), address, alignment, 0);
    }
    return graph.createContentBlock(
        parent, sections.file().bytes(), sections.offset(section), size, address, alignment, 0);
  }

  /**
   * Without this check, sections over the same bytes could ask for the square of the file's size.
   */
  private void countBytes(int section, long size) {
    sections.offset(section);
    bytes += size;
    if (bytes > sections.file().size()) {
      throw sections.malformed(
          section,
          "with this one, sections have more bytes than the file: 0x%x of 0x%x; some of them overlap"
              .formatted(bytes, sections.file().size()));
    }
  }

  /**
   * Sections of one name become blocks of one section, unless their protections differ. Data that
   * is read-only in one file and writable in another is writable in both, as static linkers have
   * it: initializers, frame descriptions and data between bounds are found by their section's name.
   */
  private Section parent(int section) {
    MemProt memProt = memProt(section);
    MemLifetime lifetime =
        sections.hasFlag(section, Elf.SHF_ALLOC) ? MemLifetime.STANDARD : MemLifetime.NO_ALLOC;
    boolean threadLocal = sections.hasFlag(section, Elf.SHF_TLS);
    String name = outputSections ? OutputSections.name(sections, section) : sections.name(section);
    Section existing = graph.findSection(name);
    if (existing != null
        && (existing.memLifetime() != lifetime || existing.threadLocal() != threadLocal)) {
      return apart(name, memProt, lifetime, threadLocal);
    }
    if (existing != null && existing.memProt() != memProt) {
      if (!merges || memProt.executable() || existing.memProt().executable()) {
        return apart(name, memProt, lifetime, threadLocal);
      }
      existing.setMemProt(MemProt.READ_WRITE);
    }
    return existing != null ? existing : create(name, memProt, lifetime, threadLocal);
  }

  private Section apart(String name, MemProt memProt, MemLifetime lifetime, boolean threadLocal) {
    String longer = "%s (%s, %s%s)".formatted(name, memProt, lifetime, threadLocal ? ", TLS" : "");
    Section existing = graph.findSection(longer);
    return existing != null ? existing : create(longer, memProt, lifetime, threadLocal);
  }

  private Section create(String name, MemProt memProt, MemLifetime lifetime, boolean threadLocal) {
    Section created = graph.createSection(name, memProt);
    created.setMemLifetime(lifetime);
    created.setThreadLocal(threadLocal);
    return created;
  }

  private MemProt memProt(int section) {
    long flags = sections.flags(section);
    if ((flags & Elf.SHF_TLS) != 0) {
      return MemProt.READ; // threads write to copies of it
    }
    boolean writable = (flags & Elf.SHF_WRITE) != 0;
    boolean executable = (flags & Elf.SHF_EXECINSTR) != 0;
    if (writable && executable) {
      throw new UnsupportedObjectException(
          sections.file().name(),
          sections.describe(section) + ", which is writable and executable,",
          "Memory is never both here; put code and writable data into sections of their own.");
    }
    return writable ? MemProt.READ_WRITE : executable ? MemProt.READ_EXEC : MemProt.READ;
  }

  private void keepAlive(int section, Block block) {
    if (sections.hasFlag(section, Elf.SHF_GNU_RETAIN)
        || InitializerSections.contains(sections, section)) {
      graph.addAnonymousSymbol(block, 0, block.size(), false, true);
    }
    if (sections.hasFlag(section, Elf.SHF_LINK_ORDER) && sections.link(section) != 0) {
      int described = sections.checkIndex(sections.link(section), () -> sections.describe(section));
      Block owner = blocks[described];
      if (owner != null && owner != block) {
        Symbol whole = graph.addAnonymousSymbol(block, 0, block.size(), false, false);
        owner.keepAlive(whole);
      }
    }
  }
}
