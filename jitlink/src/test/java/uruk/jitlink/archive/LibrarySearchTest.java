package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.archive.LibrarySearch.Preference;
import uruk.jitlink.x86_64.X86_64;

class LibrarySearchTest {

  @TempDir Path directory;
  private Path first;
  private Path second;

  @BeforeEach
  void makeDirectories() throws IOException {
    first = Files.createDirectory(directory.resolve("first"));
    second = Files.createDirectory(directory.resolve("second"));
  }

  @Test
  void theFirstDirectoryWinsWhateverItsKindOfLibrary() throws IOException {
    Path archive = archive(first, "libz.a");
    sharedObject(second, "libz.so");

    assertThat(search(Preference.DYNAMIC_FIRST).library("z"))
        .containsExactly(new LibraryInput(archive, FileKind.ARCHIVE, false));
  }

  @Test
  void thePreferenceDecidesWithinADirectory() throws IOException {
    Path archive = archive(first, "libz.a");
    Path shared = sharedObject(first, "libz.so");

    assertThat(search(Preference.DYNAMIC_FIRST).library("z"))
        .extracting(LibraryInput::path)
        .containsExactly(shared);
    assertThat(search(Preference.STATIC_FIRST).library("z"))
        .extracting(LibraryInput::path)
        .containsExactly(archive);
  }

  @Test
  void staticOnlyFindsNoSharedObject() throws IOException {
    sharedObject(first, "libz.so");

    assertThatThrownBy(() -> search(Preference.STATIC_ONLY).library("z"))
        .isInstanceOf(LibraryNotFoundException.class)
        .hasMessageContaining("no libz.a in");
  }

  @Test
  void aColonAsksForAFileName() throws IOException {
    Path shared = sharedObject(second, "libz.so.1.2");

    assertThat(search(Preference.DYNAMIC_FIRST).library(":libz.so.1.2"))
        .containsExactly(new LibraryInput(shared, FileKind.ELF_SHARED, false));
  }

  @Test
  void aMissingLibrarySaysWhereItWasSearched() {
    assertThatThrownBy(() -> search(Preference.DYNAMIC_FIRST).library("nowhere"))
        .isInstanceOfSatisfying(
            LibraryNotFoundException.class,
            e -> {
              assertThat(e.library()).isEqualTo("-lnowhere");
              assertThat(e.searched()).containsExactly(first, second);
            })
        .hasMessageContaining("no libnowhere.so or libnowhere.a in " + first + ", " + second)
        .hasMessageContaining("-L");
  }

  @Test
  void aScriptStandsForTheFilesItNames() throws IOException {
    Path shared = sharedObject(second, "libc.so.6");
    Path beside = archive(first, "libc_nonshared.a");
    Path loader = sharedObject(second, "ld.so.2");
    Path math = archive(second, "libm.a");
    text(first, "libc.so", "GROUP(libc.so.6 libc_nonshared.a AS_NEEDED(" + loader + ") -lm)");

    assertThat(search(Preference.DYNAMIC_FIRST).library("c"))
        .containsExactly(
            new LibraryInput(shared, FileKind.ELF_SHARED, false),
            new LibraryInput(beside, FileKind.ARCHIVE, false),
            new LibraryInput(loader, FileKind.ELF_SHARED, true),
            new LibraryInput(math, FileKind.ARCHIVE, false));
  }

  @Test
  void aScriptMayAddDirectories() throws IOException {
    Path more = Files.createDirectory(directory.resolve("more"));
    Path archive = archive(more, "libx.a");
    text(first, "liby.so", "SEARCH_DIR(../more) INPUT(-lx)");

    assertThat(search(Preference.DYNAMIC_FIRST).library("y"))
        .extracting(input -> input.path().normalize())
        .containsExactly(archive);
  }

  /** As GNU ld has them in its own scripts, for a linker that may be told of another root. */
  @Test
  void theSystemsRootIsThisOne() throws IOException {
    Path more = Files.createDirectory(directory.resolve("more"));
    Path archive = archive(more, "libx.a");
    Path named = archive(more, "named.a");
    Path variable = archive(more, "variable.a");
    text(
        first,
        "liby.so",
        "SEARCH_DIR(\"=%s\") INPUT(-lx =%s $SYSROOT%s)".formatted(more, named, variable));

    assertThat(search(Preference.DYNAMIC_FIRST).library("y"))
        .extracting(LibraryInput::path)
        .containsExactly(archive, named, variable);
  }

  @Test
  void aScriptNeededOutrightMakesItsFilesNeeded() throws IOException {
    archive(first, "a.a");
    text(first, "inner.so", "INPUT(a.a)");
    text(first, "libx.so", "GROUP(AS_NEEDED(inner.so) inner.so)");

    assertThat(search(Preference.DYNAMIC_FIRST).library("x"))
        .singleElement()
        .extracting(LibraryInput::asNeeded)
        .isEqualTo(false);
  }

  @Test
  void aFileNeededOutrightIsNotAsNeeded() throws IOException {
    archive(first, "a.a");
    text(first, "libx.so", "GROUP(AS_NEEDED(a.a) a.a)");

    assertThat(search(Preference.DYNAMIC_FIRST).library("x"))
        .singleElement()
        .extracting(LibraryInput::asNeeded)
        .isEqualTo(false);
  }

  @Test
  void scriptsThatIncludeEachOtherAreRefused() throws IOException {
    text(first, "liba.so", "INPUT(-lb)");
    text(first, "libb.so", "INPUT(-la)");

    assertThatThrownBy(() -> search(Preference.DYNAMIC_FIRST).library("a"))
        .isInstanceOf(MalformedLinkerScriptException.class)
        .hasMessageContaining("liba.so:1:1: the script includes itself, by way of")
        .hasMessageContaining("libb.so");
  }

  @Test
  void scriptsThatDoubleAtEachStepAreFollowedOnce() throws IOException {
    archive(first, "libs30.a");
    for (int i = 0; i < 30; i++) {
      String next = "-ls" + (i + 1);
      text(first, "libs" + i + ".so", "INPUT(" + next + " " + next + ")");
    }

    assertThat(search(Preference.DYNAMIC_FIRST).library("s0")).hasSize(1);
  }

  @Test
  void aDeepChainOfScriptsIsRefused() throws IOException {
    for (int i = 0; i < 100; i++) {
      text(first, "libs" + i + ".so", "INPUT(-ls" + (i + 1) + ")");
    }

    assertThatThrownBy(() -> search(Preference.DYNAMIC_FIRST).library("s0"))
        .isInstanceOf(MalformedLinkerScriptException.class)
        .hasMessageContaining("64 deep");
  }

  @Test
  void optionsInScriptsAreRefusedWithTheirPlace() throws IOException {
    text(first, "liba.so", "\nINPUT(--whole-archive)");

    assertThatThrownBy(() -> search(Preference.DYNAMIC_FIRST).library("a"))
        .isInstanceOf(MalformedLinkerScriptException.class)
        .hasMessageContaining("liba.so:2:7: \"--whole-archive\" is no file name");
  }

  @Test
  void whatCannotBeLinkedIsNamed() throws IOException {
    Path bitcode = Files.write(first.resolve("a.o"), new byte[] {'B', 'C', (byte) 0xc0, -34, 0});

    assertThatThrownBy(() -> search(Preference.DYNAMIC_FIRST).file(bitcode))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining("a.o: is LLVM bitcode, which cannot be linked");
  }

  @Test
  void theCompilersSearchDirectoriesAreRead() {
    String printed =
        "install: /usr/lib/gcc/\nprograms: =/usr/bin/\nlibraries: =%s/:%s/../first/:/no/such:%s\n"
            .formatted(first, second, second);

    assertThat(LibrarySearch.systemDirectories(printed)).containsExactly(first, second);
  }

  @Test
  void theLibrariesOfTheDriverAreFoundOnThisSystem() throws Exception {
    Process cc = new ProcessBuilder("gcc", "-print-search-dirs").start();
    String printed = new String(cc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var search =
        new LibrarySearch(LibrarySearch.systemDirectories(printed), Preference.DYNAMIC_FIRST);

    assertThat(DriverLibrary.find(search))
        .extracting(input -> input.path().getFileName().toString())
        .containsExactly("libc_nonshared.a", "libgcc.a");
    assertThat(search.library("c"))
        .extracting(input -> input.path().getFileName().toString())
        .startsWith("libc.so.6", "libc_nonshared.a");
    assertThat(search.library("m")).isNotEmpty();
    assertThat(search.library("gcc_s"))
        .extracting(input -> input.path().getFileName().toString())
        .containsExactly("libgcc_s.so.1", "libgcc.a");
  }

  @Test
  void librariesOfOtherMachinesArePassedOverWithANote() throws IOException {
    Path other = Files.write(first.resolve("libx.a"), archive(elf(3, 1)));
    Files.write(first.resolve("libx.so"), elf(183, 2));
    Files.writeString(second.resolve("libx.so"), "OUTPUT_FORMAT ( elf32-i386 ) INPUT ( none.a )");
    Path right = Files.write(second.resolve("libx.a"), archive(elf(62, 2)));
    List<String> notes = new ArrayList<>();

    assertThat(search(Preference.DYNAMIC_FIRST).forTarget(X86_64.INSTANCE).library("x", notes::add))
        .extracting(LibraryInput::path)
        .containsExactly(right);
    assertThat(notes)
        .containsExactly(
            first.resolve("libx.so") + ": passed over, it is for aarch64",
            other + ": passed over, it is for i386",
            second.resolve("libx.so") + ": passed over, it is for elf32-i386");
  }

  @Test
  void librariesOfOtherMachinesAloneAreNamedInTheError() throws IOException {
    Files.write(first.resolve("libx.a"), archive(elf(20, 1)));

    assertThatThrownBy(
            () -> search(Preference.STATIC_FIRST).forTarget(X86_64.INSTANCE).library("x"))
        .isInstanceOf(LibraryNotFoundException.class)
        .hasMessageContaining(
            "libx.a: passed over, it is for ELF machine 20 (32-bit, LITTLE_ENDIAN)");
  }

  @Test
  void librariesOfThisMachinesOtherCompilersArePassedOver() {
    // What Debian's libc6-dev-i386 and libc6-dev-arm64-cross install.
    LibrarySearch search =
        new LibrarySearch(
            List.of(
                Path.of("/usr/lib32"),
                Path.of("/usr/aarch64-linux-gnu/lib"),
                Path.of("/usr/lib/x86_64-linux-gnu")),
            Preference.DYNAMIC_FIRST,
            X86_64.INSTANCE);
    List<String> notes = new ArrayList<>();

    assertThat(search.library("c", notes::add))
        .extracting(input -> input.path().toString())
        .contains("/lib/x86_64-linux-gnu/libc.so.6");
    assertThat(notes)
        .contains(
            "/usr/lib32/libc.so: passed over, it is for elf32-i386",
            "/usr/lib32/libc.a: passed over, it is for i386",
            "/usr/aarch64-linux-gnu/lib/libc.so: passed over, it is for elf64-littleaarch64");
  }

  private static byte[] elf(int machine, int elfClass) {
    byte[] header = new byte[64];
    byte[] identification = {0x7f, 'E', 'L', 'F', (byte) elfClass, 1, 1};
    System.arraycopy(identification, 0, header, 0, identification.length);
    header[16] = (byte) (machine == 183 ? 3 : 1);
    header[18] = (byte) machine;
    return header;
  }

  private static byte[] archive(byte[] member) {
    return ArchiveWriter.regular().member("m.o/", member).bytes();
  }

  private LibrarySearch search(Preference preference) {
    return new LibrarySearch(List.of(first, second), preference);
  }

  private static Path archive(Path directory, String name) throws IOException {
    return Files.write(directory.resolve(name), ArchiveWriter.regular().bytes());
  }

  private static Path sharedObject(Path directory, String name) throws IOException {
    return Files.write(directory.resolve(name), elf(3));
  }

  private static void text(Path directory, String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  static byte[] elf(int type) {
    byte[] header = new byte[64];
    header[0] = 0x7f;
    header[1] = 'E';
    header[2] = 'L';
    header[3] = 'F';
    header[5] = 1;
    header[16] = (byte) type;
    return header;
  }
}
