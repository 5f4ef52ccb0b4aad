package uruk.jitlink.elf;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The section groups (gABI, "Section Groups") that duplicate elimination works on. */
final class GroupTable {
  private static final int WORD = 4;
  private static final int[] NONE = {};

  /**
   * A COMDAT group.
   *
   * @param signature identifies it among all objects
   * @param members indices of its sections
   */
  record Group(String signature, ImmutableIntArray members) {}

  private final SectionTable sections;
  private final SymbolTable symbols;
  private final List<Group> groups = new ArrayList<>();
  private int[] groupOfSection = NONE;

  GroupTable(SectionTable sections, SymbolTable symbols) {
    this.sections = sections;
    this.symbols = symbols;
    for (int i = 1; i < sections.count(); i++) {
      if (sections.type(i) == Elf.SHT_GROUP) {
        read(i);
      }
    }
  }

  /** {@return the groups in the order of the file} */
  List<Group> groups() {
    return groups;
  }

  /** {@return the number of the group that a section belongs to, or −1} */
  int groupOf(int section) {
    return groupOfSection.length == 0 ? -1 : groupOfSection[section];
  }

  private void read(int section) {
    ElfFile file = sections.file();
    int entries = sections.entries(section, WORD);
    int begin = sections.offset(section);
    if (entries == 0) {
      throw sections.malformed(section, "a group without flags");
    }
    if ((file.int32(begin) & Elf.GRP_COMDAT) == 0) {
      return;
    }
    int[] members = new int[entries - 1];
    for (int i = 0; i < members.length; i++) {
      members[i] = file.int32(begin + WORD * (i + 1));
      join(section, members[i]);
    }
    groups.add(new Group(signature(section), ImmutableIntArray.copyOf(members)));
  }

  private void join(int group, int member) {
    sections.checkIndex(member == 0 ? -1 : member, () -> sections.describe(group));
    if (groupOfSection.length == 0) {
      groupOfSection = new int[sections.count()];
      Arrays.fill(groupOfSection, -1);
    }
    if (groupOfSection[member] >= 0) {
      throw sections.malformed(member, "belongs to more than one group");
    }
    groupOfSection[member] = groups.size();
  }

  /** GNU as names a group by a section symbol if it has no better one: then the section's name. */
  private String signature(int section) {
    int symbol = sections.info(section);
    if (symbol <= 0 || symbol >= symbols.count()) {
      throw sections.malformed(
          section,
          "signature is symbol %d of %d".formatted(symbol & 0xffff_ffffL, symbols.count()));
    }
    return symbols.type(symbol) == Elf.STT_SECTION
        ? sections.name(symbols.section(symbol))
        : symbols.name(symbol);
  }
}
