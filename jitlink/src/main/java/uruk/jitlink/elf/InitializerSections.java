package uruk.jitlink.elf;

import java.nio.charset.StandardCharsets;

/**
 * Sections whose content is run, or called through, when a program begins and ends (gABI,
 * "Initialization and Termination Functions"). The older kinds are known by name, and so are the
 * newer ones from assemblers that do not know their types.
 */
final class InitializerSections {
  private static final byte[][] NAMES = {
    ascii(".init"),
    ascii(".fini"),
    ascii(".ctors"),
    ascii(".dtors"),
    ascii(".init_array"),
    ascii(".fini_array"),
    ascii(".preinit_array"),
  };

  private InitializerSections() {}

  static boolean contains(SectionTable sections, int section) {
    return switch (sections.type(section)) {
      case Elf.SHT_INIT_ARRAY, Elf.SHT_FINI_ARRAY, Elf.SHT_PREINIT_ARRAY -> true;
      case Elf.SHT_PROGBITS -> sections.hasFlag(section, Elf.SHF_ALLOC) && named(sections, section);
      default -> false;
    };
  }

  private static boolean named(SectionTable sections, int section) {
    for (byte[] known : NAMES) {
      if (sections.isNamed(section, known)) {
        int next = sections.nameByte(section, known.length);
        if (next == 0 || next == '.') {
          return true;
        }
      }
    }
    return false;
  }

  private static byte[] ascii(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
