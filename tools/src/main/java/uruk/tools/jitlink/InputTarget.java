package uruk.tools.jitlink;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.Archive;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.graph.Target;
import uruk.tools.CommandException;

/** Which machine a session is for: what {@code -triple} says, else what the first input is for. */
final class InputTarget {
  private InputTarget() {}

  /**
   * {@return the target}
   *
   * @throws CommandException if the triple is of none that is known, or the first input is no
   *     object and no archive of objects
   */
  static Target of(Optional<String> triple, Path firstInput) {
    if (triple.isPresent()) {
      return ofTriple(triple.get());
    }
    return switch (kind(firstInput)) {
      case ELF_RELOCATABLE -> ObjectFile.read(firstInput).target();
      case ARCHIVE, THIN_ARCHIVE -> ofArchive(firstInput);
      case ELF_SHARED, ELF_EXECUTABLE, ELF_OTHER, BITCODE, TEXT, EMPTY, UNKNOWN ->
          throw incompatible(firstInput, "a known target");
    };
  }

  /**
   * {@return what a file is}
   *
   * @throws CommandException if it cannot be read
   */
  static FileKind kind(Path file) {
    if (!Files.exists(file)) {
      throw new CommandException("'%s': No such file or directory".formatted(file));
    }
    return FileKind.of(file);
  }

  /** {@return the error for a file that cannot be linked} */
  static CommandException incompatible(Path file, String with) {
    return new CommandException(
        "%s does not contain a relocatable object file or archive compatible with %s: it is %s"
            .formatted(file, with, description(file)));
  }

  private static Target ofTriple(String triple) {
    String architecture = Splitter.on('-').split(triple).iterator().next().toLowerCase(Locale.ROOT);
    String name =
        switch (architecture) {
          case "amd64" -> "x86_64";
          case "i486", "i586", "i686" -> "i386";
          case "arm64" -> "aarch64";
          default -> architecture;
        };
    for (Target target : Targets.standard().all()) {
      if (target.name().equals(name)) {
        return target;
      }
    }
    throw new CommandException(
        "-triple %s: there is no target %s, only %s"
            .formatted(
                triple,
                architecture,
                String.join(", ", Targets.standard().all().stream().map(Target::name).toList())));
  }

  private static Target ofArchive(Path file) {
    try (Archive archive = Archive.open(file)) {
      for (ArchiveMember member : archive.members()) {
        if (member.kind() == FileKind.ELF_RELOCATABLE) {
          return ObjectFile.of(member.displayName(), member.bytes()).target();
        }
      }
    }
    throw incompatible(file, "a known target");
  }

  private static String description(Path file) {
    try (InputStream input = Files.newInputStream(file)) {
      return ForeignFormat.of(ByteBuffer.wrap(input.readNBytes(ForeignFormat.BYTES_NEEDED)))
          .map(format -> format + ", of which support is still to be built")
          .orElseGet(() -> FileKind.of(file).description());
    } catch (IOException e) {
      return "unreadable";
    }
  }
}
