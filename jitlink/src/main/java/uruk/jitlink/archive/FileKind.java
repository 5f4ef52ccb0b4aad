package uruk.jitlink.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import uruk.jitlink.UnsupportedObjectException;

/** What a file is, told from its first bytes: never from its name, never by loading it. */
public enum FileKind {
  /** An ELF file of type {@code ET_REL}: what a linker links. */
  ELF_RELOCATABLE("a relocatable ELF object"),
  /** An ELF file of type {@code ET_EXEC}. */
  ELF_EXECUTABLE("an ELF executable"),
  /** An ELF file of type {@code ET_DYN}: a shared object, or a position-independent executable. */
  ELF_SHARED("an ELF shared object"),
  /** An ELF file of another type (core dump) or with a header too short to tell. */
  ELF_OTHER("an ELF file of another type"),
  /** An archive that holds its members. */
  ARCHIVE("an archive"),
  /** An archive that names its members' files. */
  THIN_ARCHIVE("a thin archive"),
  /** LLVM bitcode, bare or wrapped. */
  BITCODE("LLVM bitcode"),
  /** Text: a linker script, for all one can tell from here. */
  TEXT("a text file"),
  /** A file without a byte in it. */
  EMPTY("an empty file"),
  /** Anything else. */
  UNKNOWN("a file of unknown kind");

  /** How many bytes {@link #of(byte[])} can make use of. */
  public static final int BYTES_NEEDED = 64;

  private static final long LARGEST = Integer.MAX_VALUE - Long.BYTES;

  // <elf.h>: e_ident[EI_DATA] and e_type, which follows the 16 bytes of e_ident.
  private static final int EI_DATA = 5;
  private static final int ELFDATA2MSB = 2;
  private static final int E_TYPE = 16;

  private static final byte[] ELF = bytes("\177ELF");
  private static final byte[] AR = bytes("!<arch>\n");
  private static final byte[] THIN_AR = bytes("!<thin>\n");
  private static final byte[] RAW_BITCODE = {'B', 'C', (byte) 0xc0, (byte) 0xde};
  private static final byte[] WRAPPED_BITCODE = {(byte) 0xde, (byte) 0xc0, 0x17, 0x0b};

  private final String description;

  FileKind(String description) {
    this.description = description;
  }

  /** {@return the kind with its article, for a message: {@code an archive}} */
  public String description() {
    return description;
  }

  /**
   * Tells a file's kind.
   *
   * @param file a regular file
   * @return its kind
   * @throws UnreadableFileException if there is no such file, or it is a directory or a device, or
   *     may not be read
   */
  public static FileKind of(Path file) {
    return of(beginning(file));
  }

  /** {@return whether this is a file with an ELF header, of whatever type} */
  boolean isElf() {
    return switch (this) {
      case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_SHARED, ELF_OTHER -> true;
      case ARCHIVE, THIN_ARCHIVE, BITCODE, TEXT, EMPTY, UNKNOWN -> false;
    };
  }

  /** {@return the first {@link #BYTES_NEEDED} bytes of a file, or all if it is shorter} */
  static byte[] beginning(Path file) {
    requireRegularFile(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return ChannelReader.read(channel, 0, BYTES_NEEDED);
    } catch (IOException e) {
      throw UnreadableFileException.of(file, e);
    }
  }

  /**
   * Reads a whole file.
   *
   * @throws UnreadableFileException as {@link #of(Path)}
   * @throws UnsupportedObjectException if it is larger than an array can be
   */
  public static byte[] content(Path file) {
    requireRegularFile(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size > LARGEST) {
        throw new UnsupportedObjectException(
            file.toString(), "an object of " + size + " bytes", "Split it; 2 GiB is the most.");
      }
      return ChannelReader.read(channel, 0, (int) size);
    } catch (IOException e) {
      throw UnreadableFileException.of(file, e);
    }
  }

  /**
   * Tells a file's kind from its beginning.
   *
   * @param head the first {@link #BYTES_NEEDED} bytes, or the whole file if it is shorter
   * @return its kind
   */
  public static FileKind of(byte[] head) {
    if (head.length == 0) {
      return EMPTY;
    }
    if (startsWith(head, ELF)) {
      return elfKind(head);
    }
    if (startsWith(head, AR)) {
      return ARCHIVE;
    }
    if (startsWith(head, THIN_AR)) {
      return THIN_ARCHIVE;
    }
    if (startsWith(head, RAW_BITCODE) || startsWith(head, WRAPPED_BITCODE)) {
      return BITCODE;
    }
    return isText(head) ? TEXT : UNKNOWN;
  }

  /** Refuses what would block or never end when read: directories, pipes, devices. */
  static void requireRegularFile(Path file) {
    if (!Files.exists(file)) {
      throw new UnreadableFileException(file, "no such file", "Check the path.", null);
    }
    if (!Files.isRegularFile(file)) {
      throw new UnreadableFileException(
          file, "is not a regular file", "Give an object file, an archive or a library.", null);
    }
  }

  private static FileKind elfKind(byte[] head) {
    if (head.length < E_TYPE + 2) {
      return ELF_OTHER;
    }
    int first = Byte.toUnsignedInt(head[E_TYPE]);
    int second = Byte.toUnsignedInt(head[E_TYPE + 1]);
    int type = head[EI_DATA] == ELFDATA2MSB ? first << 8 | second : second << 8 | first;
    return switch (type) {
      case 1 -> ELF_RELOCATABLE;
      case 2 -> ELF_EXECUTABLE;
      case 3 -> ELF_SHARED;
      default -> ELF_OTHER;
    };
  }

  private static boolean isText(byte[] head) {
    for (byte b : head) {
      boolean whiteSpace = b == '\n' || b == '\r' || b == '\t' || b == '\f';
      boolean control = (b >= 0 && b < ' ') || b == 127;
      if (control && !whiteSpace) {
        return false;
      }
    }
    return true;
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
