package uruk.jitlink.host;

import static uruk.jitlink.host.ElfHeaders.ELF_HEADER_SIZE;
import static uruk.jitlink.host.ElfHeaders.PF_R;
import static uruk.jitlink.host.ElfHeaders.PF_W;
import static uruk.jitlink.host.ElfHeaders.PF_X;
import static uruk.jitlink.host.ElfHeaders.PROGRAM_HEADER_SIZE;
import static uruk.jitlink.host.ElfHeaders.PT_DYNAMIC;
import static uruk.jitlink.host.ElfHeaders.PT_GNU_EH_FRAME;
import static uruk.jitlink.host.ElfHeaders.PT_GNU_STACK;
import static uruk.jitlink.host.ElfHeaders.PT_LOAD;
import static uruk.jitlink.host.ElfHeaders.PT_TLS;
import static uruk.jitlink.host.ElfHeaders.SECTION_HEADER_SIZE;
import static uruk.jitlink.host.ElfHeaders.SHF_ALLOC;
import static uruk.jitlink.host.ElfHeaders.SHF_EXECINSTR;
import static uruk.jitlink.host.ElfHeaders.SHT_DYNSYM;
import static uruk.jitlink.host.ElfHeaders.SHT_PROGBITS;
import static uruk.jitlink.host.ElfHeaders.SHT_STRTAB;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.host.DynamicSymbols.Kind;
import uruk.jitlink.host.ElfImage.NamedBytes;
import uruk.jitlink.host.ElfImage.Reserve;
import uruk.jitlink.host.ElfImage.ThreadLocalImage;
import uruk.jitlink.host.ElfImage.Word;

/**
 * Lays an {@link ElfImage} out and writes it.
 *
 * <pre>
 *   0          ELF header, program headers (the last ones PT_NULL, for the ranges of data in the
 *              reserve), hash, dynsym, dynamic, section headers, rela,
 *              words, variable, dynstr, thread-local image               one PT_LOAD, RW
 *   whole page function (if there is one)                                one PT_LOAD, RX
 *   whole page reserve (zero-fill, PT_LOAD without file bytes)
 * </pre>
 */
final class ElfImageWriter {
  private static final int DYNAMIC_SIZE = 16;
  private static final int RELA_SIZE = 24;
  private static final int WORD_SIZE = 8;

  private static final int DT_NEEDED = 1;
  private static final int DT_HASH = 4;
  private static final int DT_STRTAB = 5;
  private static final int DT_SYMTAB = 6;
  private static final int DT_RELA = 7;
  private static final int DT_RELASZ = 8;
  private static final int DT_RELAENT = 9;
  private static final int DT_STRSZ = 10;
  private static final int DT_SYMENT = 11;
  private static final int DT_SONAME = 14;
  private static final int DT_FLAGS = 30;
  private static final int DF_STATIC_TLS = 0x10;
  private static final int DYNAMIC_ENTRIES = 12;

  private static final short DYNSTR_SECTION = 2;
  private static final short TEXT_SECTION = 3;

  private final ElfImage content;
  private final DynamicStrings strings = new DynamicStrings();
  private final byte[] stringBytes;

  // Where the parts are in the image.
  private final int hash;
  private final int symbols;
  private final int dynamic;
  private final int sectionHeaders;
  private final int relocations;
  private final int words;
  private final int variable;
  private final int stringTable;
  private final int threadLocal;
  private final int tablesEnd;
  private final int function;
  private final int reserve;

  ElfImageWriter(ElfImage content) {
    this.content = content;
    addStrings();
    stringBytes = strings.bytes();
    // Values are not known yet, but how many symbols there are.
    DynamicSymbols counted = symbolTable(0, 0, 0, 0, 0);
    hash = ELF_HEADER_SIZE + programHeaderCount() * PROGRAM_HEADER_SIZE;
    symbols = align(hash + counted.hashSize(), WORD_SIZE);
    dynamic = symbols + counted.size();
    sectionHeaders = dynamic + DYNAMIC_ENTRIES * DYNAMIC_SIZE;
    relocations = sectionHeaders + sectionHeaderCount() * SECTION_HEADER_SIZE;
    words = relocations + content.words.size() * RELA_SIZE;
    variable = words + content.wordCount * WORD_SIZE;
    stringTable = variable + sizeOf(content.variable);
    int stringEnd = stringTable + stringBytes.length;
    ThreadLocalImage local = content.threadLocal;
    threadLocal = local == null ? stringEnd : align(stringEnd, (int) local.alignment());
    tablesEnd = threadLocal + (local == null ? 0 : local.content().remaining());
    function = align(tablesEnd, content.pageSize);
    reserve = align(function + sizeOf(content.function), content.pageSize);
  }

  /** All names must be known before the table's size is. */
  private void addStrings() {
    strings.add(content.soname);
    strings.add(".dynsym");
    strings.add(".dynstr");
    strings.add(".text");
    if (content.needed != null) {
      strings.add(content.needed);
    }
    symbolTable(0, 0, 0, 0, 0).addNames(strings);
  }

  private DynamicSymbols symbolTable(
      int symbolsPlace, int wordsPlace, int variablePlace, int functionPlace, int reservePlace) {
    DynamicSymbols table = new DynamicSymbols();
    for (String name : content.imports) {
      table.add(name, Kind.THREAD_LOCAL, DynamicSymbols.UNDEFINED, 0);
    }
    for (ElfImage.ExportedAddress export : content.addresses) {
      Kind kind = export.function() ? Kind.FUNCTION : Kind.OBJECT;
      table.add(export.name(), kind, DynamicSymbols.ABSOLUTE, export.address());
    }
    for (ElfImage.ExportedPlace export : content.places) {
      long value = reservePlace + export.offset();
      table.add(export.name(), Kind.OBJECT, DynamicSymbols.DEFINED, value);
    }
    if (content.wordCount > 0) {
      table.add(ElfImage.WORDS_SYMBOL, Kind.OBJECT, DynamicSymbols.DEFINED, wordsPlace);
    }
    table.add(ElfImage.SYMBOLS_SYMBOL, Kind.OBJECT, DynamicSymbols.DEFINED, symbolsPlace);
    if (content.reserve != null) {
      int place = ELF_HEADER_SIZE + usedHeaderCount() * PROGRAM_HEADER_SIZE;
      table.add(ElfImage.RANGES_SYMBOL, Kind.OBJECT, DynamicSymbols.DEFINED, place);
    }
    if (content.threadLocal != null && content.threadLocal.name() != null) {
      table.add(content.threadLocal.name(), Kind.THREAD_LOCAL, DynamicSymbols.DEFINED, 0);
    }
    if (content.variable != null) {
      table.add(content.variable.name(), Kind.OBJECT, DynamicSymbols.DEFINED, variablePlace);
    }
    if (content.function != null) {
      table.add(content.function.name(), Kind.FUNCTION, TEXT_SECTION, functionPlace);
    }
    return table;
  }

  private int programHeaderCount() {
    return usedHeaderCount() + (content.reserve == null ? 0 : content.reserve.dataRanges());
  }

  private int usedHeaderCount() {
    return 3
        + (content.reserve == null ? 0 : 2)
        + (content.threadLocal == null ? 0 : 1)
        + (content.function == null ? 0 : 1);
  }

  private int sectionHeaderCount() {
    return 3 + (content.function == null ? 0 : 1);
  }

  private static int sizeOf(@Nullable NamedBytes bytes) {
    return bytes == null ? 0 : bytes.bytes().remaining();
  }

  byte[] bytes() {
    ByteBuffer image = ByteBuffer.allocate(reserve).order(ByteOrder.nativeOrder());
    ElfHeaders.putFileHeader(
        image, content.machine, programHeaderCount(), sectionHeaders, sectionHeaderCount());
    writeSegments(image.position(ELF_HEADER_SIZE));
    DynamicSymbols table = symbolTable(symbols, words, variable, function, reserve);
    table.writeHash(image.position(hash));
    table.write(image.position(symbols), strings);
    writeDynamic(image.position(dynamic));
    writeSections(image.position(sectionHeaders + SECTION_HEADER_SIZE), table);
    writeRelocations(image.position(relocations));
    put(image, variable, content.variable);
    image.put(stringTable, stringBytes);
    if (content.threadLocal != null) {
      ByteBuffer copied = content.threadLocal.content();
      image.put(threadLocal, copied, 0, copied.remaining());
    }
    put(image, function, content.function);
    return image.array();
  }

  private static void put(ByteBuffer image, int place, @Nullable NamedBytes bytes) {
    if (bytes != null) {
      image.put(place, bytes.bytes(), 0, bytes.bytes().remaining());
    }
  }

  private void writeSegments(ByteBuffer image) {
    int pageSize = content.pageSize;
    int writable = PF_R | PF_W;
    ElfHeaders.putSegment(image, PT_LOAD, writable, 0, tablesEnd, tablesEnd, pageSize);
    if (content.function != null) {
      int length = sizeOf(content.function);
      ElfHeaders.putSegment(image, PT_LOAD, PF_R | PF_X, function, length, length, pageSize);
    }
    Reserve room = content.reserve;
    if (room != null) {
      ElfHeaders.putSegment(image, PT_LOAD, PF_R, reserve, 0, room.size(), pageSize);
      long header = reserve + room.frameHeaderOffset();
      ElfHeaders.putSegment(image, PT_GNU_EH_FRAME, PF_R, header, 0, room.frameHeaderSize(), 4);
    }
    int dynamicSize = DYNAMIC_ENTRIES * DYNAMIC_SIZE;
    ElfHeaders.putSegment(image, PT_DYNAMIC, writable, dynamic, dynamicSize, dynamicSize, 8);
    ThreadLocalImage local = content.threadLocal;
    if (local != null) {
      int length = local.content().remaining();
      ElfHeaders.putSegment(
          image, PT_TLS, PF_R, threadLocal, length, local.size(), local.alignment());
    }
    // Without this header glibc makes every stack of the process executable.
    ElfHeaders.putSegment(image, PT_GNU_STACK, writable, 0, 0, 0, 16);
  }

  private void writeDynamic(ByteBuffer image) {
    int relocationsSize = content.words.size() * RELA_SIZE;
    putDynamic(image, DT_SONAME, strings.add(content.soname));
    putDynamic(image, DT_HASH, hash);
    putDynamic(image, DT_SYMTAB, symbols);
    putDynamic(image, DT_SYMENT, DynamicSymbols.SYMBOL_SIZE);
    putDynamic(image, DT_STRTAB, stringTable);
    putDynamic(image, DT_STRSZ, stringBytes.length);
    putDynamic(image, DT_RELA, relocations);
    putDynamic(image, DT_RELASZ, relocationsSize);
    putDynamic(image, DT_RELAENT, RELA_SIZE);
    putDynamic(image, DT_FLAGS, content.staticThreadLocal ? DF_STATIC_TLS : 0);
    if (content.needed != null) {
      putDynamic(image, DT_NEEDED, strings.add(content.needed));
    }
  }

  private static void putDynamic(ByteBuffer image, long tag, long value) {
    image.putLong(tag).putLong(value);
  }

  private void writeSections(ByteBuffer image, DynamicSymbols table) {
    ElfHeaders.putSection(
        image,
        strings.add(".dynsym"),
        SHT_DYNSYM,
        SHF_ALLOC,
        symbols,
        table.size(),
        DYNSTR_SECTION,
        1,
        DynamicSymbols.SYMBOL_SIZE);
    int name = strings.add(".dynstr");
    int size = stringBytes.length;
    ElfHeaders.putSection(image, name, SHT_STRTAB, SHF_ALLOC, stringTable, size, 0, 0, 0);
    if (content.function != null) {
      // Debuggers look a function up by the section that it is in.
      int text = strings.add(".text");
      int flags = SHF_ALLOC | SHF_EXECINSTR;
      int length = sizeOf(content.function);
      ElfHeaders.putSection(image, text, SHT_PROGBITS, flags, function, length, 0, 0, 0);
    }
  }

  private void writeRelocations(ByteBuffer image) {
    int place = words;
    for (Word word : content.words) {
      long info = (long) word.symbol() << 32 | word.relocation();
      image.putLong(place).putLong(info).putLong(word.addend());
      place += word.words() * WORD_SIZE;
    }
  }

  private static int align(int value, int alignment) {
    return (value + alignment - 1) & -alignment;
  }
}
