package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileKindTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"1, ELF_RELOCATABLE", "2, ELF_EXECUTABLE", "3, ELF_SHARED", "4, ELF_OTHER"})
  void anElfFileIsToldByItsType(int type, FileKind expected) {
    byte[] littleEndian = LibrarySearchTest.elf(type);
    byte[] bigEndian = LibrarySearchTest.elf(0);
    bigEndian[5] = 2;
    bigEndian[17] = (byte) type;

    assertThat(FileKind.of(littleEndian)).isEqualTo(expected);
    assertThat(FileKind.of(bigEndian)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'!<arch>\n', ARCHIVE",
    "'!<thin>\n', THIN_ARCHIVE",
    "'!<thin>', TEXT",
    "'BC\u00c0\u00de', BITCODE",
    "'\u00de\u00c0\u0017\u000b', BITCODE",
    "'/* GNU ld script */', TEXT",
    "'', EMPTY",
    "'\u007fELF\u0002', ELF_OTHER",
    "'MZ\u0000\u0001', UNKNOWN",
  })
  void otherFilesAreToldByTheirFirstBytes(String head, FileKind expected) throws Exception {
    byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);

    assertThat(FileKind.of(bytes)).isEqualTo(expected);
    assertThat(FileKind.of(Files.write(directory.resolve("file"), bytes))).isEqualTo(expected);
  }

  @Test
  void aDirectoryHasNoKind() {
    assertThatThrownBy(() -> FileKind.of(directory))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining("is not a regular file. Give an object file");
  }
}
