package uruk.jitlink.host;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a small ELF shared object for the process's own dynamic linker: tables, and behind them a
 * reserve of address space that the linker fills later.
 *
 * <p>A module that the dynamic linker knows is seen by everything that asks it: unwinders find the
 * frame header ({@code PT_GNU_EH_FRAME}), {@code dladdr} and debuggers find a name, threads get
 * their own copy of its thread-local image ({@code PT_TLS}), {@code dlsym} finds its exports, and
 * no function has to be registered anywhere. See the System V gABI, chapters 4 and 5, and the
 * x86-64 psABI.
 *
 * <pre>
 *   0          ELF header, program headers, hash, dynsym, dynamic, section headers, rela,
 *              words, variables, dynstr, thread-local image               one PT_LOAD, RW
 *   whole page function (if there is one)                                 one PT_LOAD, RX
 *   whole page reserve (zero-fill, PT_LOAD without file bytes)
 * </pre>
 */
final class ElfImage {
  private static final int ELF_HEADER_SIZE = 64;
  private static final int PROGRAM_HEADER_SIZE = 56;
  private static final int SECTION_HEADER_SIZE = 64;
  static final int SYMBOL_SIZE = 24;
  private static final int DYNAMIC_SIZE = 16;
  private static final int RELA_SIZE = 24;
  private static final int WORD_SIZE = 8;

  private static final int ET_DYN = 3;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_TLS = 7;
  private static final int PT_GNU_EH_FRAME = 0x6474e550;
  private static final int PT_GNU_STACK = 0x6474e551;
  private static final int PF_X = 1;
  private static final int PF_W = 2;
  private static final int PF_R = 4;
  private static final int SHT_PROGBITS = 1;
  private static final int SHT_STRTAB = 3;
  private static final int SHT_DYNSYM = 11;
  private static final int SHF_ALLOC = 2;
  private static final int SHF_EXECINSTR = 4;
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
  private static final int STB_GLOBAL_STT_OBJECT = 0x11;
  private static final int STB_GLOBAL_STT_FUNC = 0x12;
  private static final int STB_GLOBAL_STT_TLS = 0x16;
  private static final short SHN_UNDEF = 0;
  private static final short SHN_ABS = (short) 0xfff1;
  private static final short SHN_ABS_PLACEHOLDER = 1; // any defined index: loaders test only for 0

  private static final short TEXT_SECTION = 3;

  /** The name under which {@link #word} puts its words. */
  static final String WORDS_SYMBOL = "__uruk_words";

  /** The name of the symbol table itself, by which {@link ExportModule} finds it. */
  static final String SYMBOLS_SYMBOL = "__uruk_symbols";

  private record Export(String name, byte info, short section, long value) {}

  private record Reserve(long size, long frameHeaderOffset, int frameHeaderSize) {}

  private record ThreadLocalImage(ByteBuffer content, long size, long alignment) {}

  private record NamedBytes(String name, ByteBuffer bytes) {}

  private record Word(int relocation, int symbol, long addend, int words) {}

  private final short machine;
  private final int pageSize;
  private final String soname;
  private final List<Export> exports = new ArrayList<>();
  private final List<Long> exportsInReserve = new ArrayList<>();
  private final List<String> namesInReserve = new ArrayList<>();
  private final List<String> imports = new ArrayList<>();
  private final List<Word> words = new ArrayList<>();
  private int wordCount;
  private boolean staticThreadLocal;
  private @Nullable Reserve reserve;
  private @Nullable ThreadLocalImage threadLocal;
  private @Nullable NamedBytes variable;
  private @Nullable NamedBytes function;

  /**
   * @param machine the e_machine of the process
   * @param soname what debuggers and {@code dladdr} call the module
   */
  ElfImage(short machine, int pageSize, String soname) {
    this.machine = machine;
    this.pageSize = pageSize;
    this.soname = soname;
  }

  /**
   * Adds address space behind the tables.
   *
   * @param size in bytes; a multiple of the page size
   * @param frameHeaderOffset where in the reserve the .eh_frame_hdr will stand
   */
  void reserve(long size, long frameHeaderOffset, int frameHeaderSize) {
    reserve = new Reserve(size, frameHeaderOffset, frameHeaderSize);
  }

  /** Exports a place in the reserve under a name that dlsym(3) finds. */
  void export(String name, long reserveOffset) {
    namesInReserve.add(name);
    exportsInReserve.add(reserveOffset);
  }

  /** Exports an address anywhere in the process under a name that dlsym(3) finds. */
  void exportAddress(String name, long address, boolean function) {
    int info = function ? STB_GLOBAL_STT_FUNC : STB_GLOBAL_STT_OBJECT;
    exports.add(new Export(name, (byte) info, SHN_ABS, address));
  }

  /** Adds a variable with its first value, which dlsym(3) finds. */
  void variable(String name, byte[] value) {
    variable = new NamedBytes(name, ByteBuffer.wrap(value));
  }

  /** Adds position-independent code, which dlsym(3) finds. */
  void function(String name, byte[] code) {
    function = new NamedBytes(name, ByteBuffer.wrap(code));
  }

  /**
   * Gives the module thread-local storage.
   *
   * @param content what each thread's copy begins with
   * @param size of each thread's copy; zeros follow the content
   * @param alignment a power of two
   */
  void threadLocal(byte[] content, long size, long alignment) {
    threadLocal = new ThreadLocalImage(ByteBuffer.wrap(content), size, alignment);
  }

  /**
   * Names a thread-local variable of another module of the process.
   *
   * @return its number for {@link #word}
   */
  int importThreadLocal(String name) {
    imports.add(name);
    return imports.size();
  }

  /**
   * Adds a word that the dynamic linker fills in by a relocation.
   *
   * @param relocation the psABI's number
   * @param symbol the number of an import, or 0 for the module itself
   * @param count how many words the relocation fills: 2 for a descriptor
   * @return the word's index in the array {@link #WORDS_SYMBOL}
   */
  int word(int relocation, int symbol, long addend, int count) {
    words.add(new Word(relocation, symbol, addend, count));
    int index = wordCount;
    wordCount += count;
    return index;
  }

  /** Says that words hold fixed distances from the thread pointer. */
  void usesStaticThreadLocal() {
    staticThreadLocal = true;
  }

  /** {@return the image's bytes: whole pages} */
  byte[] bytes() {
    StringTable strings = new StringTable();
    NamedBytes data = variable;
    NamedBytes code = function;
    int programHeaderCount =
        3 + (reserve == null ? 0 : 2) + (threadLocal == null ? 0 : 1) + (code == null ? 0 : 1);
    int hash = ELF_HEADER_SIZE + programHeaderCount * PROGRAM_HEADER_SIZE;
    int symbolCount =
        2
            + imports.size()
            + exports.size()
            + namesInReserve.size()
            + (wordCount == 0 ? 0 : 1)
            + (data == null ? 0 : 1)
            + (code == null ? 0 : 1);
    int symbols = align(hash + 4 * (2 + 2 * symbolCount), 8);
    int symbolsSize = symbolCount * SYMBOL_SIZE;
    int dynamic = symbols + symbolsSize;
    int dynamicSize = 11 * DYNAMIC_SIZE;
    int sectionHeaders = dynamic + dynamicSize;
    int sectionHeaderCount = 3 + (code == null ? 0 : 1);
    int rela = sectionHeaders + sectionHeaderCount * SECTION_HEADER_SIZE;
    int relaSize = words.size() * RELA_SIZE;
    int wordBase = rela + relaSize;
    int dataBase = wordBase + wordCount * WORD_SIZE;
    int stringBase = dataBase + (data == null ? 0 : data.bytes().remaining());
    int sonameOffset = strings.add(soname);
    int dynsymName = strings.add(".dynsym");
    int dynstrName = strings.add(".dynstr");
    int textName = code == null ? 0 : strings.add(".text");
    imports.forEach(strings::add);
    exports.forEach(export -> strings.add(export.name()));
    namesInReserve.forEach(strings::add);
    strings.add(WORDS_SYMBOL);
    if (data != null) {
      strings.add(data.name());
    }
    if (code != null) {
      strings.add(code.name());
    }
    strings.add(SYMBOLS_SYMBOL);
    byte[] stringBytes = strings.bytes();
    int stringEnd = stringBase + stringBytes.length;
    ThreadLocalImage tls = threadLocal;
    int tlsBase = tls == null ? stringEnd : align(stringEnd, Math.toIntExact(tls.alignment()));
    int end = tls == null ? stringEnd : tlsBase + tls.content().remaining();
    int codeBase = align(end, pageSize);
    int imageSize = align(codeBase + (code == null ? 0 : code.bytes().remaining()), pageSize);

    ByteBuffer image = ByteBuffer.allocate(imageSize).order(ByteOrder.nativeOrder());
    List<Export> table = symbolTable(imageSize, wordBase, symbols);
    if (data != null) {
      table.add(inImage(data.name(), STB_GLOBAL_STT_OBJECT, dataBase));
      image.put(dataBase, data.bytes(), 0, data.bytes().remaining());
    }
    if (code != null) {
      table.add(new Export(code.name(), (byte) STB_GLOBAL_STT_FUNC, TEXT_SECTION, codeBase));
      image.put(codeBase, code.bytes(), 0, code.bytes().remaining());
    }
    writeHash(image.position(hash), table);
    writeSymbols(image.position(symbols), table, strings);
    image.put(stringBase, stringBytes);
    long[][] dynamicEntries = {
      {DT_SONAME, sonameOffset},
      {DT_HASH, hash},
      {DT_SYMTAB, symbols},
      {DT_SYMENT, SYMBOL_SIZE},
      {DT_STRTAB, stringBase},
      {DT_STRSZ, stringBytes.length},
      {DT_RELA, rela},
      {DT_RELASZ, relaSize},
      {DT_RELAENT, RELA_SIZE},
      {DT_FLAGS, staticThreadLocal ? DF_STATIC_TLS : 0},
      {0, 0},
    };
    image.position(dynamic);
    for (long[] entry : dynamicEntries) {
      image.putLong(entry[0]).putLong(entry[1]);
    }
    writeRelocations(image.position(rela), wordBase);
    image.position(sectionHeaders + SECTION_HEADER_SIZE);
    putSectionHeader(
        image, dynsymName, SHT_DYNSYM, SHF_ALLOC, symbols, symbolsSize, 2, 1, SYMBOL_SIZE);
    putSectionHeader(
        image, dynstrName, SHT_STRTAB, SHF_ALLOC, stringBase, stringBytes.length, 0, 0, 0);
    if (code != null) {
      // Debuggers look a function up by the section that it is in.
      int length = code.bytes().remaining();
      putSectionHeader(
          image, textName, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, codeBase, length, 0, 0, 0);
    }
    writeHeader(image.position(0), programHeaderCount, sectionHeaders, sectionHeaderCount);
    image.position(ELF_HEADER_SIZE);
    putProgramHeader(image, PT_LOAD, PF_R | PF_W, 0, end, end, pageSize);
    if (code != null) {
      int length = code.bytes().remaining();
      putProgramHeader(image, PT_LOAD, PF_R | PF_X, codeBase, length, length, pageSize);
    }
    if (reserve != null) {
      putReserveHeaders(image, reserve, imageSize);
    }
    putProgramHeader(image, PT_DYNAMIC, PF_R | PF_W, dynamic, dynamicSize, dynamicSize, 8);
    if (tls != null) {
      int length = tls.content().remaining();
      putProgramHeader(image, PT_TLS, PF_R, tlsBase, length, tls.size(), tls.alignment());
      image.put(tlsBase, tls.content(), 0, length);
    }
    // Without this header glibc makes every stack of the process executable.
    putProgramHeader(image, PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 16);
    return image.array();
  }

  private void putReserveHeaders(ByteBuffer image, Reserve room, int imageSize) {
    putProgramHeader(image, PT_LOAD, PF_R, imageSize, 0, room.size(), pageSize);
    putProgramHeader(
        image,
        PT_GNU_EH_FRAME,
        PF_R,
        imageSize + room.frameHeaderOffset(),
        0,
        room.frameHeaderSize(),
        4);
  }

  private static Export inImage(String name, int info, int place) {
    return new Export(name, (byte) info, SHN_ABS_PLACEHOLDER, place);
  }

  private List<Export> symbolTable(int reserveBase, int wordBase, int symbols) {
    List<Export> all = new ArrayList<>();
    imports.forEach(name -> all.add(new Export(name, (byte) STB_GLOBAL_STT_TLS, SHN_UNDEF, 0)));
    all.addAll(exports);
    byte object = (byte) STB_GLOBAL_STT_OBJECT;
    for (int i = 0; i < namesInReserve.size(); i++) {
      long value = reserveBase + exportsInReserve.get(i);
      all.add(new Export(namesInReserve.get(i), object, SHN_ABS_PLACEHOLDER, value));
    }
    if (wordCount > 0) {
      all.add(inImage(WORDS_SYMBOL, STB_GLOBAL_STT_OBJECT, wordBase));
    }
    all.add(inImage(SYMBOLS_SYMBOL, STB_GLOBAL_STT_OBJECT, symbols));
    return all;
  }

  private void writeRelocations(ByteBuffer image, int wordBase) {
    int place = wordBase;
    for (Word word : words) {
      long info = (long) word.symbol() << 32 | word.relocation();
      image.putLong(place).putLong(info).putLong(word.addend());
      place += word.words() * WORD_SIZE;
    }
  }

  private void writeHeader(
      ByteBuffer image, int programHeaderCount, int sectionHeaders, int sectionHeaderCount) {
    byte order = (byte) (image.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 2);
    image.put(new byte[] {0x7f, 'E', 'L', 'F', 2, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    image.putShort((short) ET_DYN).putShort(machine).putInt(1).putLong(0);
    image.putLong(ELF_HEADER_SIZE).putLong(sectionHeaders).putInt(0);
    image.putShort((short) ELF_HEADER_SIZE);
    image.putShort((short) PROGRAM_HEADER_SIZE).putShort((short) programHeaderCount);
    image.putShort((short) SECTION_HEADER_SIZE).putShort((short) sectionHeaderCount);
    image.putShort((short) 2); // names of sections stand in .dynstr
  }

  /**
   * As many chains as symbols, so that look-ups of names that others define cost next to nothing.
   */
  private static void writeHash(ByteBuffer image, List<Export> table) {
    int symbolCount = table.size() + 1;
    int[] buckets = new int[symbolCount];
    int[] chains = new int[symbolCount];
    for (int i = 1; i < symbolCount; i++) {
      int bucket = Integer.remainderUnsigned(hash(table.get(i - 1).name()), symbolCount);
      chains[i] = buckets[bucket];
      buckets[bucket] = i;
    }
    image.putInt(symbolCount).putInt(symbolCount);
    for (int bucket : buckets) {
      image.putInt(bucket);
    }
    for (int chain : chains) {
      image.putInt(chain);
    }
  }

  /** The hash function of gABI chapter 5, "Hash Table". */
  private static int hash(String name) {
    int hash = 0;
    for (byte value : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash << 4) + (value & 0xff);
      int high = hash & 0xf000_0000;
      hash = (hash ^ (high >>> 24)) & ~high;
    }
    return hash;
  }

  private static void writeSymbols(ByteBuffer image, List<Export> symbols, StringTable strings) {
    image.position(image.position() + SYMBOL_SIZE);
    for (Export symbol : symbols) {
      image.putInt(strings.add(symbol.name())).put(symbol.info()).put((byte) 0);
      image.putShort(symbol.section()).putLong(symbol.value()).putLong(0);
    }
  }

  private static void putProgramHeader(
      ByteBuffer image, int type, int flags, long offset, long fileSize, long size, long align) {
    image.putInt(type).putInt(flags).putLong(offset).putLong(offset).putLong(offset);
    image.putLong(fileSize).putLong(size).putLong(align);
  }

  private static void putSectionHeader(
      ByteBuffer image,
      int name,
      int type,
      int flags,
      long offset,
      long size,
      int link,
      int info,
      int entry) {
    image.putInt(name).putInt(type).putLong(flags).putLong(offset).putLong(offset).putLong(size);
    image.putInt(link).putInt(info).putLong(8).putLong(entry);
  }

  private static int align(int value, int alignment) {
    return (value + alignment - 1) & -alignment;
  }

  /** Zero-terminated names, the empty one first (gABI chapter 4, "String Table"). */
  private static final class StringTable {
    private final StringBuilder text = new StringBuilder("\0");
    private final Map<String, Integer> offsets = new HashMap<>();
    private int length = 1;

    int add(String name) {
      Integer known = offsets.get(name);
      if (known != null) {
        return known;
      }
      int offset = length;
      text.append(name).append('\0');
      length += name.getBytes(StandardCharsets.UTF_8).length + 1;
      offsets.put(name, offset);
      return offset;
    }

    byte[] bytes() {
      return text.toString().getBytes(StandardCharsets.UTF_8);
    }
  }
}
