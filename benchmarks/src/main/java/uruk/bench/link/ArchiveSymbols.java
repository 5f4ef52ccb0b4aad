package uruk.bench.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;

/**
 * Chooses the members of an archive that both sides link, and collects what they define. Members
 * with thread-local variables are left out, because LLVM links them with its own runtime only.
 */
final class ArchiveSymbols {
  private static final int SECTION_TABLE_OFFSET = 0x28; // e_shoff
  private static final int SECTION_COUNT_OFFSET = 0x3c; // e_shnum
  private static final int SECTION_HEADER_SIZE = 64;
  private static final int SHT_SYMTAB = 2;
  private static final int SHF_TLS = 0x400;
  private static final int SYMBOL_SIZE = 24;
  private static final int STT_TLS = 6;

  private final Set<String> names = new LinkedHashSet<>();
  private final Set<String> hidden = new HashSet<>();

  void addIfLinkable(String name, byte[] bytes, List<byte[]> objects) {
    if (isThreadLocal(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN))) {
      return;
    }
    objects.add(bytes);
    for (ObjectInterface.Definition definition :
        ObjectFile.of(name, bytes).symbols().definitions()) {
      (definition.exported() ? names : hidden).add(definition.name());
    }
  }

  /** {@return the names that are visible to a look-up whichever member's definition wins} */
  List<String> names() {
    return names.stream().filter(name -> !hidden.contains(name)).toList();
  }

  private static boolean isThreadLocal(ByteBuffer file) {
    int table = Math.toIntExact(file.getLong(SECTION_TABLE_OFFSET));
    int count = Short.toUnsignedInt(file.getShort(SECTION_COUNT_OFFSET));
    for (int i = 0; i < count; i++) {
      ByteBuffer header = file.slice(table + i * SECTION_HEADER_SIZE, SECTION_HEADER_SIZE);
      header.order(ByteOrder.LITTLE_ENDIAN);
      if ((header.getLong(8) & SHF_TLS) != 0
          || (header.getInt(4) == SHT_SYMTAB
              && hasThreadLocalSymbol(file, header.getLong(0x18), header.getLong(0x20)))) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasThreadLocalSymbol(ByteBuffer file, long offset, long size) {
    for (long at = offset; at < offset + size; at += SYMBOL_SIZE) {
      if ((file.get(Math.toIntExact(at) + 4) & 0xf) == STT_TLS) {
        return true;
      }
    }
    return false;
  }
}
