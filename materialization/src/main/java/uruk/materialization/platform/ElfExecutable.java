package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.memory.SegmentRange;

/**
 * Writes a 64-bit ELF executable for debuggers: sections and symbols at given addresses, no
 * segments (System V gABI, chapter 4). Code and data have no bytes in it, since debuggers read them
 * in the process.
 */
final class ElfExecutable {
  private static final int HEADER_SIZE = 64;
  private static final int SECTION_HEADER_SIZE = 64;
  private static final int SYMBOL_SIZE = 24;
  private static final int ALIGNMENT = 8;
  private static final short ET_EXEC = 2;
  private static final int SHT_PROGBITS = 1;
  private static final int SHT_SYMTAB = 2;
  private static final int SHT_STRTAB = 3;
  private static final int SHT_NOBITS = 8;
  private static final int SHF_WRITE = 1;
  private static final int SHF_ALLOC = 2;
  private static final int SHF_EXECINSTR = 4;
  private static final int SHN_LORESERVE = 0xff00;
  private static final int SHN_ABS = 0xfff1;
  private static final int SHN_XINDEX = 0xffff;
  private static final int STB_GLOBAL = 1;
  private static final int STT_OBJECT = 1;
  private static final int STT_FUNC = 2;

  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  /** {@code size} is that in memory; {@code content} is empty for sections without bytes. */
  private record Header(
      String name,
      int type,
      long flags,
      long address,
      long size,
      ByteBuffer content,
      int link,
      int info) {}

  private record Entry(String name, byte info, short section, long value, long size) {}

  private final short machine;
  private final List<Header> sections = new ArrayList<>();
  private final Map<Block, Integer> sectionOf = new HashMap<>();
  private final List<Entry> locals = new ArrayList<>();
  private final List<Entry> globals = new ArrayList<>();

  /**
   * @param machine the {@code e_machine}
   */
  ElfExecutable(int machine) {
    this.machine = (short) machine;
    sections.add(new Header("", 0, 0, 0, 0, NONE, 0, 0));
  }

  /** Adds a section for a block of code or data at its address. */
  void addSection(String name, MemProt protection, Block block) {
    int flags =
        switch (protection) {
          case READ -> SHF_ALLOC;
          case READ_WRITE -> SHF_ALLOC | SHF_WRITE;
          case READ_EXEC -> SHF_ALLOC | SHF_EXECINSTR;
        };
    sectionOf.put(block, sections.size());
    sections.add(new Header(name, SHT_NOBITS, flags, block.address(), block.size(), NONE, 0, 0));
  }

  /** Adds frame descriptions, copied from memory. */
  void addFrames(String name, SegmentRange range) {
    byte[] content =
        MemorySegment.ofAddress(range.address()).reinterpret(range.size()).toArray(JAVA_BYTE);
    sections.add(
        new Header(
            name,
            SHT_PROGBITS,
            SHF_ALLOC,
            range.address(),
            range.size(),
            ByteBuffer.wrap(content),
            0,
            0));
  }

  /** Adds a section that is not in memory. */
  void addDebugSection(String name, ByteBuffer content) {
    sections.add(new Header(name, SHT_PROGBITS, 0, 0, content.capacity(), content, 0, 0));
  }

  /** {@return whether a block has a section} */
  boolean holds(Block block) {
    return sectionOf.containsKey(block);
  }

  /** Adds a symbol of a block that has a section. */
  void addSymbol(Symbol symbol) {
    boolean local = symbol.scope() == Scope.LOCAL;
    int type = symbol.section().memProt().executable() ? STT_FUNC : STT_OBJECT;
    int index = sectionOf.getOrDefault(symbol.block(), 0);
    // Values are addresses, so that nobody needs the section of one that is hard to name.
    int section = index < SHN_LORESERVE ? index : SHN_ABS;
    Entry entry =
        new Entry(
            symbol.name(),
            (byte) ((local ? 0 : STB_GLOBAL << 4) | type),
            (short) section,
            symbol.address(),
            symbol.size());
    (local ? locals : globals).add(entry);
  }

  /** {@return the file} */
  byte[] bytes() {
    addSymbolTable();
    Strings names = new Strings();
    sections.add(new Header(".shstrtab", SHT_STRTAB, 0, 0, 0, NONE, 0, 0));
    int[] nameOffsets = sections.stream().mapToInt(section -> names.add(section.name())).toArray();
    byte[] nameBytes = names.bytes();
    int last = sections.size() - 1;
    sections.set(
        last,
        new Header(
            ".shstrtab", SHT_STRTAB, 0, 0, nameBytes.length, ByteBuffer.wrap(nameBytes), 0, 0));
    int[] offsets = new int[sections.size()];
    int end = HEADER_SIZE;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = end;
      end = Math.addExact(end, sections.get(i).content().remaining() + ALIGNMENT - 1) & -ALIGNMENT;
    }
    ByteBuffer file =
        ByteBuffer.allocate(Math.addExact(end, sections.size() * SECTION_HEADER_SIZE))
            .order(ByteOrder.nativeOrder());
    boolean extended = offsets.length >= SHN_LORESERVE;
    putHeader(file, end, extended);
    for (int i = 0; i < offsets.length; i++) {
      ByteBuffer content = sections.get(i).content();
      file.put(offsets[i], content, content.position(), content.remaining());
      putSectionHeader(
          file.position(end + i * SECTION_HEADER_SIZE),
          i == 0 && extended ? extendedNumbers() : sections.get(i),
          nameOffsets[i],
          offsets[i]);
    }
    return file.array();
  }

  private void addSymbolTable() {
    Strings names = new Strings();
    ByteBuffer table =
        ByteBuffer.allocate((1 + locals.size() + globals.size()) * SYMBOL_SIZE)
            .order(ByteOrder.nativeOrder())
            .position(SYMBOL_SIZE);
    locals.forEach(entry -> putSymbol(table, entry, names));
    globals.forEach(entry -> putSymbol(table, entry, names));
    byte[] strings = names.bytes();
    int index = sections.size();
    sections.add(
        new Header(
            ".symtab",
            SHT_SYMTAB,
            0,
            0,
            table.capacity(),
            table.flip(),
            index + 1,
            1 + locals.size()));
    sections.add(
        new Header(".strtab", SHT_STRTAB, 0, 0, strings.length, ByteBuffer.wrap(strings), 0, 0));
  }

  private static void putSymbol(ByteBuffer table, Entry entry, Strings names) {
    table.putInt(names.add(entry.name())).put(entry.info()).put((byte) 0);
    table.putShort(entry.section()).putLong(entry.value()).putLong(entry.size());
  }

  /** Section 0 holds what has no room in the file's header (gABI, "Sections"). */
  private Header extendedNumbers() {
    return new Header("", 0, 0, 0, sections.size(), NONE, sections.size() - 1, 0);
  }

  private void putHeader(ByteBuffer file, int sectionHeaders, boolean extended) {
    byte order = (byte) (file.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 2);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    file.putShort(ET_EXEC).putShort(machine).putInt(1).putLong(0).putLong(0);
    file.putLong(sectionHeaders).putInt(0).putShort((short) HEADER_SIZE);
    file.putShort((short) 0).putShort((short) 0).putShort((short) SECTION_HEADER_SIZE);
    file.putShort((short) (extended ? 0 : sections.size()));
    file.putShort((short) (extended ? SHN_XINDEX : sections.size() - 1));
  }

  private static void putSectionHeader(ByteBuffer file, Header section, int name, int offset) {
    file.putInt(name).putInt(section.type()).putLong(section.flags()).putLong(section.address());
    file.putLong(offset).putLong(section.size()).putInt(section.link()).putInt(section.info());
    file.putLong(1).putLong(section.type() == SHT_SYMTAB ? SYMBOL_SIZE : 0);
  }

  /** Zero-terminated names, the empty one first. */
  private static final class Strings {
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    Strings() {
      text.write(0);
    }

    int add(String name) {
      if (name.isEmpty()) {
        return 0;
      }
      int offset = text.size();
      text.writeBytes(name.getBytes(StandardCharsets.UTF_8));
      text.write(0);
      return offset;
    }

    byte[] bytes() {
      return text.toByteArray();
    }
  }
}
