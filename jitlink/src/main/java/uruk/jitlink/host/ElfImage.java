package uruk.jitlink.host;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A small ELF shared object for the process's own dynamic linker: tables, and behind them a reserve
 * of address space that the linker fills later. This is what it holds; {@link ElfImageWriter} knows
 * the bytes.
 *
 * <p>A module that the dynamic linker knows is seen by everything that asks it: unwinders find the
 * frame header ({@code PT_GNU_EH_FRAME}), {@code dladdr} and debuggers find a name, threads get
 * their own copy of its thread-local image ({@code PT_TLS}), {@code dlsym} finds its exports, and
 * no function has to be registered anywhere. See the System V gABI, chapters 4 and 5, and the
 * x86-64 psABI.
 */
final class ElfImage {
  /** The name under which {@link #word} puts its words. */
  static final String WORDS_SYMBOL = "__uruk_words";

  /** The name of the program headers that {@link DataRanges} fills. */
  static final String RANGES_SYMBOL = "__uruk_ranges";

  /** The name of the symbol table itself, by which {@link ExportModule} finds it. */
  static final String SYMBOLS_SYMBOL = "__uruk_symbols";

  /** An address that is exported; a function or a variable. */
  record ExportedAddress(String name, long address, boolean function) {}

  /** A place in the reserve that is exported. */
  record ExportedPlace(String name, long offset) {}

  /** The reserve, where in it the frame header is, and how many parts may be told as data. */
  record Reserve(long size, long frameHeaderOffset, int frameHeaderSize, int dataRanges) {}

  /** What each thread gets a copy of; null as the name if no other module refers to it. */
  record ThreadLocalImage(@Nullable String name, ByteBuffer content, long size, long alignment) {}

  /** A variable or a function. */
  record NamedBytes(String name, ByteBuffer bytes) {}

  /** What the dynamic linker fills in, as the relocation says; so many words. */
  record Word(int relocation, int symbol, long addend, int words) {}

  final short machine;
  final int pageSize;
  final String soname;
  final List<ExportedAddress> addresses = new ArrayList<>();
  final List<ExportedPlace> places = new ArrayList<>();
  final List<String> imports = new ArrayList<>();
  final List<Word> words = new ArrayList<>();
  int wordCount;
  boolean staticThreadLocal;
  @Nullable String needed;
  @Nullable Reserve reserve;
  @Nullable ThreadLocalImage threadLocal;
  @Nullable NamedBytes variable;
  @Nullable NamedBytes function;

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
   * @param dataRanges for how many {@link DataRanges} there is room
   */
  void reserve(long size, long frameHeaderOffset, int frameHeaderSize, int dataRanges) {
    reserve = new Reserve(size, frameHeaderOffset, frameHeaderSize, dataRanges);
  }

  /** Exports a place in the reserve under a name that dlsym(3) finds. */
  void export(String name, long reserveOffset) {
    places.add(new ExportedPlace(name, reserveOffset));
  }

  /** Exports an address anywhere in the process under a name that dlsym(3) finds. */
  void exportAddress(String name, long address, boolean function) {
    addresses.add(new ExportedAddress(name, address, function));
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
   * @param name under which other modules find the storage's begin; null for none
   * @param content what each thread's copy begins with
   * @param size of each thread's copy; zeros follow the content
   * @param alignment a power of two
   */
  void threadLocal(@Nullable String name, byte[] content, long size, long alignment) {
    threadLocal = new ThreadLocalImage(name, ByteBuffer.wrap(content), size, alignment);
  }

  /** Says that the module refers to another one, which is loaded already. */
  void needs(String otherSoname) {
    needed = otherSoname;
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
    return new ElfImageWriter(this).bytes();
  }
}
