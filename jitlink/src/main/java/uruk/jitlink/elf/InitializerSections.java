package uruk.jitlink.elf;

import java.util.List;

/**
 * Sections whose content is run, or called through, when a program begins and ends (gABI,
 * "Initialization and Termination Functions"; the older ones by name).
 */
final class InitializerSections {
  private static final List<String> NAMES = List.of(".init", ".fini", ".ctors", ".dtors");

  private InitializerSections() {}

  static boolean contains(SectionTable sections, int section) {
    return switch (sections.type(section)) {
      case Elf.SHT_INIT_ARRAY, Elf.SHT_FINI_ARRAY, Elf.SHT_PREINIT_ARRAY -> true;
      case Elf.SHT_PROGBITS -> sections.hasFlag(section, Elf.SHF_ALLOC) && named(sections, section);
      default -> false;
    };
  }

  private static boolean named(SectionTable sections, int section) {
    String name = sections.name(section);
    for (String known : NAMES) {
      if (name.equals(known) || (name.startsWith(known) && name.charAt(known.length()) == '.')) {
        return true;
      }
    }
    return false;
  }
}
