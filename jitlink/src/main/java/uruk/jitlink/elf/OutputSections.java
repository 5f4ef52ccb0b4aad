package uruk.jitlink.elf;

import java.nio.charset.StandardCharsets;

/**
 * Where static linkers put the sections of single functions and variables, which compilers make
 * with {@code -ffunction-sections} and {@code -fdata-sections}: {@code .text.f} becomes a part of
 * {@code .text} (GNU ld's default script). Sections whose name says more, such as {@code
 * .init_array.100}, keep it.
 */
final class OutputSections {
  /** Sections that parts go to. */
  private static final Name[] WHOLES = {
    new Name(".text"),
    new Name(".rodata"),
    new Name(".data.rel.ro"),
    new Name(".data"),
    new Name(".bss"),
    new Name(".gcc_except_table"),
  };

  /** A name that need not be decoded to be known. */
  private static final class Name {
    private final String text;
    private final byte[] bytes;

    private Name(String text) {
      this.text = text;
      this.bytes = text.getBytes(StandardCharsets.US_ASCII);
    }
  }

  private OutputSections() {}

  /** {@return the name of the section that a file's section becomes a part of} */
  static String name(SectionTable sections, int section) {
    for (Name whole : WHOLES) {
      if (sections.isNamed(section, whole.bytes)) {
        int next = sections.nameByte(section, whole.bytes.length);
        if (next == 0 || next == '.') {
          return whole.text;
        }
      }
    }
    return sections.name(section);
  }
}
