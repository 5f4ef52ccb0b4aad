package uruk.jitlink.dwarf;

import java.util.ArrayList;
import java.util.List;

/** The header of one line number program (DWARF 5, section 6.2.4; DWARF 4, the same). */
final class LineProgramHeader {
  private static final int DW_LNCT_PATH = 1;
  private static final int DW_LNCT_DIRECTORY_INDEX = 2;
  private static final int DW_FORM_DATA2 = 0x05;
  private static final int DW_FORM_DATA4 = 0x06;
  private static final int DW_FORM_DATA8 = 0x07;
  private static final int DW_FORM_STRING = 0x08;
  private static final int DW_FORM_BLOCK = 0x09;
  private static final int DW_FORM_DATA1 = 0x0b;
  private static final int DW_FORM_STRP = 0x0e;
  private static final int DW_FORM_UDATA = 0x0f;
  private static final int DW_FORM_DATA16 = 0x1e;
  private static final int DW_FORM_LINE_STRP = 0x1f;

  /** Where a name stands: read only when somebody asks for it. */
  private record Name(DwarfCursor strings, long offset, long directory) {}

  private record Format(long content, long form) {}

  private final DwarfCursor lineStrings;
  private final DwarfCursor strings;
  private final List<Name> directories = new ArrayList<>();
  private final List<Name> files = new ArrayList<>();
  final int version;
  final int minimumInstructionLength;
  final int maximumOperations;
  final int lineBase;
  final int lineRange;
  final int opcodeBase;
  final int[] operandCounts;

  /**
   * @param unit stands behind the unit's length; afterwards at the first opcode
   */
  LineProgramHeader(DwarfCursor unit, DwarfCursor lineStrings, DwarfCursor strings) {
    this.lineStrings = lineStrings;
    this.strings = strings;
    version = unit.u2();
    if (version < 2 || version > 5) {
      throw unit.malformed("line table of DWARF version " + version + ", not 2 to 5");
    }
    if (version >= 5) {
      unit.skip(2); // address size, segment selector size
    }
    DwarfCursor header = unit.block(unit.offset(), "header");
    minimumInstructionLength = header.u1();
    maximumOperations = version >= 4 ? Math.max(1, header.u1()) : 1;
    header.skip(1); // default_is_stmt: every row counts here
    lineBase = header.s1();
    lineRange = header.u1();
    opcodeBase = header.u1();
    operandCounts = new int[Math.max(1, opcodeBase)];
    for (int opcode = 1; opcode < opcodeBase; opcode++) {
      operandCounts[opcode] = header.u1();
    }
    if (version >= 5) {
      readEntries(header, directories);
      readEntries(header, files);
    } else {
      readOldEntries(header);
    }
  }

  /** Adds a file, as {@code DW_LNE_define_file} does. */
  void defineFile(DwarfCursor program) {
    Name name = inlineName(program);
    files.add(new Name(name.strings(), name.offset(), program.uleb()));
    program.uleb(); // time of modification
    program.uleb(); // size
  }

  /** {@return the path of a file of the program; {@code ??} if there is no such file} */
  String path(long number) {
    long index = version >= 5 ? number : number - 1;
    if (index < 0 || index >= files.size()) {
      return "??";
    }
    Name file = files.get((int) index);
    return join(directory(file.directory()), text(file));
  }

  private String directory(long number) {
    // Before version 5, directory 0 is that of the compilation, which the table does not name.
    long index = version >= 5 ? number : number - 1;
    if (index < 0 || index >= directories.size()) {
      return "";
    }
    String directory = text(directories.get((int) index));
    return version >= 5 && index > 0 ? join(text(directories.getFirst()), directory) : directory;
  }

  private static String join(String directory, String name) {
    return directory.isEmpty() || name.startsWith("/") ? name : directory + "/" + name;
  }

  private static String text(Name name) {
    return name.strings().stringAt(name.offset());
  }

  private void readOldEntries(DwarfCursor header) {
    for (Name name = inlineName(header); !text(name).isEmpty(); name = inlineName(header)) {
      directories.add(name);
    }
    for (Name name = inlineName(header); !text(name).isEmpty(); name = inlineName(header)) {
      files.add(new Name(name.strings(), name.offset(), header.uleb()));
      header.uleb(); // time of modification
      header.uleb(); // size
    }
  }

  private static Name inlineName(DwarfCursor cursor) {
    Name name = new Name(cursor, cursor.position(), 0);
    cursor.skipString();
    return name;
  }

  private void readEntries(DwarfCursor header, List<Name> entries) {
    Format[] formats = new Format[header.u1()];
    for (int i = 0; i < formats.length; i++) {
      formats[i] = new Format(header.uleb(), header.uleb());
    }
    long count = header.uleb();
    // Every form takes a byte at least; without this a few bytes could ask for endless entries.
    if (count < 0 || count > header.remaining() || (formats.length == 0 && count > 0)) {
      throw header.malformed(
          "%s names in 0x%x bytes".formatted(Long.toUnsignedString(count), header.remaining()));
    }
    for (long i = 0; i < count; i++) {
      entries.add(readEntry(header, formats));
    }
  }

  private Name readEntry(DwarfCursor header, Format[] formats) {
    Name path = new Name(header, 0, 0);
    long directory = 0;
    for (Format format : formats) {
      if (format.content() == DW_LNCT_PATH) {
        path = readPath(header, format.form());
      } else {
        long value = readValue(header, format.form());
        directory = format.content() == DW_LNCT_DIRECTORY_INDEX ? value : directory;
      }
    }
    return new Name(path.strings(), path.offset(), directory);
  }

  private Name readPath(DwarfCursor header, long form) {
    return switch ((int) form) {
      case DW_FORM_STRING -> inlineName(header);
      case DW_FORM_LINE_STRP -> new Name(lineStrings, header.offset(), 0);
      case DW_FORM_STRP -> new Name(strings, header.offset(), 0);
      default -> throw unknownForm(header, form);
    };
  }

  private static long readValue(DwarfCursor header, long form) {
    return switch ((int) form) {
      case DW_FORM_DATA1 -> header.u1();
      case DW_FORM_DATA2 -> header.u2();
      case DW_FORM_DATA4 -> header.u4();
      case DW_FORM_DATA8 -> header.u8();
      case DW_FORM_UDATA -> header.uleb();
      case DW_FORM_LINE_STRP, DW_FORM_STRP -> header.offset();
      case DW_FORM_DATA16 -> {
        header.skip(16);
        yield 0;
      }
      case DW_FORM_BLOCK -> {
        header.skip(header.uleb());
        yield 0;
      }
      case DW_FORM_STRING -> {
        header.skipString();
        yield 0;
      }
      default -> throw unknownForm(header, form);
    };
  }

  private static RuntimeException unknownForm(DwarfCursor header, long form) {
    return header.malformed("form 0x%x is not one of a file table".formatted(form));
  }
}
