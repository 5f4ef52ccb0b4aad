package uruk.jitlink.host;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The shared libraries that are loaded in this process, and the names that their files export
 * (System V gABI, "Dynamic Linking"). For hints in error texts: what cannot be read is left out.
 * Thread-safe.
 */
public final class LoadedLibraries {
  // Elf64_Ehdr, Elf64_Shdr and Elf64_Sym.
  private static final int HEADER_SIZE = 64;
  private static final int SECTION_TABLE = 40;
  private static final int SECTION_COUNT = 60;
  private static final int SECTION_SIZE = 64;
  private static final int SECTION_TYPE = 4;
  private static final int SECTION_OFFSET = 24;
  private static final int SECTION_LENGTH = 32;
  private static final int SECTION_LINK = 40;
  private static final int SHT_DYNSYM = 11;
  private static final int SYMBOL_SIZE = 24;
  private static final int SYMBOL_SECTION = 6;

  /** Libraries that are larger than this are not worth a hint. */
  private static final long LARGEST_TABLE = 16 << 20;

  private static final Map<Path, SoftReference<List<String>>> NAMES = new ConcurrentHashMap<>();

  private LoadedLibraries() {}

  /** {@return those exported names of all loaded libraries that a filter lets pass} */
  public static List<String> exportedNames(Predicate<String> wanted) {
    List<String> found = new ArrayList<>();
    for (Path library : files()) {
      names(library).stream().filter(wanted).forEach(found::add);
    }
    return found;
  }

  private static List<Path> files() {
    try {
      return ProcessMappings.text()
          .lines()
          .filter(line -> line.contains(" r-xp ") && line.contains(".so") && line.indexOf('/') >= 0)
          .map(line -> line.substring(line.indexOf('/')))
          .distinct()
          .map(LoadedLibraries::path)
          .flatMap(Optional::stream)
          .toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  /** {@return the file of a name as it is in memory; empty if Java cannot name it} */
  private static Optional<Path> path(String bytes) {
    try {
      byte[] name = bytes.getBytes(StandardCharsets.ISO_8859_1);
      return Optional.of(Path.of(new String(name, StandardCharsets.UTF_8)));
    } catch (InvalidPathException unmappable) {
      return Optional.empty();
    }
  }

  private static List<String> names(Path library) {
    SoftReference<List<String>> known = NAMES.get(library);
    List<String> names = known == null ? null : known.get();
    if (names == null) {
      names = read(library);
      NAMES.put(library, new SoftReference<>(names));
    }
    return names;
  }

  private static List<String> read(Path library) {
    try (FileChannel file = FileChannel.open(library)) {
      ByteBuffer header = read(file, 0, HEADER_SIZE);
      int count = header.getShort(SECTION_COUNT) & 0xffff;
      ByteBuffer sections = read(file, header.getLong(SECTION_TABLE), (long) count * SECTION_SIZE);
      for (int i = 0; i < count; i++) {
        int at = i * SECTION_SIZE;
        if (sections.getInt(at + SECTION_TYPE) == SHT_DYNSYM) {
          ByteBuffer symbols = section(file, sections, at);
          ByteBuffer strings =
              section(file, sections, sections.getInt(at + SECTION_LINK) * SECTION_SIZE);
          return definedNames(symbols, strings);
        }
      }
      return List.of();
    } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException damaged) {
      return List.of();
    }
  }

  private static List<String> definedNames(ByteBuffer symbols, ByteBuffer strings) {
    List<String> names = new ArrayList<>();
    for (int at = SYMBOL_SIZE; at < symbols.limit(); at += SYMBOL_SIZE) {
      if (symbols.getShort(at + SYMBOL_SECTION) != 0) {
        names.add(string(strings, symbols.getInt(at)));
      }
    }
    return List.copyOf(names);
  }

  private static String string(ByteBuffer strings, int offset) {
    int end = offset;
    while (strings.get(end) != 0) {
      end++;
    }
    byte[] name = new byte[end - offset];
    strings.get(offset, name);
    return new String(name, StandardCharsets.UTF_8);
  }

  private static ByteBuffer section(FileChannel file, ByteBuffer sections, int at)
      throws IOException {
    long offset = sections.getLong(at + SECTION_OFFSET);
    return read(file, offset, sections.getLong(at + SECTION_LENGTH));
  }

  private static ByteBuffer read(FileChannel file, long offset, long size) throws IOException {
    if (size < 0 || size > LARGEST_TABLE) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.nativeOrder());
    while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) >= 0) {}
    return bytes.flip();
  }
}
