package uruk.jitlink.archive;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.LinkException;
import uruk.jitlink.Targets;
import uruk.jitlink.graph.Target;

/**
 * Tells which machine a file that was found for {@code -lX} is for, as linkers do: an ELF file says
 * it in its header, an archive is for that of its first member, a script says {@code
 * OUTPUT_FORMAT}. A file that does not say so, or is damaged, is not told to be for another one:
 * whoever reads it next says what is wrong with it.
 */
final class LibraryMachine {
  // <elf.h>: e_ident[EI_CLASS], e_ident[EI_DATA], e_machine.
  private static final int EI_CLASS = 4;
  private static final int EI_DATA = 5;
  private static final int E_MACHINE = 18;
  private static final int ELFCLASS64 = 2;
  private static final int ELFDATA2MSB = 2;

  private LibraryMachine() {}

  /** {@return the machine that a file is for if that is not the wanted one} */
  static Optional<String> other(Path file, Target wanted) {
    try {
      return switch (FileKind.of(file)) {
        case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_SHARED, ELF_OTHER ->
            otherElf(FileKind.beginning(file), wanted);
        case ARCHIVE, THIN_ARCHIVE -> otherArchive(file, wanted);
        case TEXT -> otherScript(LinkerScript.read(file), wanted);
        case BITCODE, EMPTY, UNKNOWN -> Optional.empty();
      };
    } catch (LinkException damaged) {
      return Optional.empty();
    }
  }

  private static Optional<String> otherArchive(Path file, Target wanted) {
    try (Archive archive = Archive.open(file)) {
      return archive
          .firstMember()
          .map(ArchiveMember::beginning)
          .filter(head -> FileKind.of(head).isElf())
          .flatMap(head -> otherElf(head, wanted));
    }
  }

  private static Optional<String> otherElf(byte[] head, Target wanted) {
    if (head.length < E_MACHINE + Short.BYTES) {
      return Optional.empty();
    }
    ByteOrder order = head[EI_DATA] == ELFDATA2MSB ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    int machine = ByteBuffer.wrap(head).order(order).getShort(E_MACHINE) & 0xffff;
    int pointerSize = head[EI_CLASS] == ELFCLASS64 ? 8 : 4;
    boolean same =
        machine == wanted.elfMachine()
            && pointerSize == wanted.pointerSize()
            && order.equals(wanted.byteOrder());
    return same ? Optional.empty() : Optional.of(name(machine, pointerSize, order));
  }

  private static String name(int machine, int pointerSize, ByteOrder order) {
    @Nullable Target known = Targets.standard().forElf(machine, pointerSize, order);
    return known != null
        ? known.name()
        : "ELF machine %d (%d-bit, %s)".formatted(machine, 8 * pointerSize, order);
  }

  private static Optional<String> otherScript(LinkerScript script, Target wanted) {
    return script.outputFormat().filter(format -> !format.equals(wanted.elfFormat()));
  }
}
