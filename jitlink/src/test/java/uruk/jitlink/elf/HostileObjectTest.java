package uruk.jitlink.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.jitlink.JITLinker;
import uruk.jitlink.LinkException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.UnsupportedObjectException;

/**
 * Whatever stands in a file, reading and linking it ends with a link or a {@link LinkException}.
 */
class HostileObjectTest {
  private static final String SOURCE =
      """
      __attribute__((weak)) int weak(void) { return 1; }
      int common[10];
      static int counter = 3;
      extern int other(const char *);
      const char *text = "text";
      struct { int (*f)(void); void *p; } table = { weak, &counter };
      int main(void) { return weak() + other("literal") + counter++ + common[2]; }
      """;

  private static final int SECTION_HEADER_OFFSET_FIELD = 0x28;
  private static final int SECTION_COUNT_FIELD = 0x3c;
  private static final int SECTION_HEADER_SIZE = 64;

  @TempDir static Path folder;

  private static byte[] object = {};

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("victim.c"), SOURCE);
    Path output = folder.resolve("victim.o");
    Process compiler =
        new ProcessBuilder(
                "gcc",
                "-c",
                "-O1",
                "-g1",
                "-fPIC",
                "-fcommon",
                "-ffunction-sections",
                source.toString(),
                "-o",
                output.toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    object = Files.readAllBytes(output);
  }

  /** Reads everything and links without running. */
  private static void readAndLink(byte[] bytes) {
    ObjectFile file = ObjectFile.of("victim.o", bytes);
    file.symbols();
    PretendedLink link = new PretendedLink();
    JITLinker.link(file.linkGraph(), link);
    LinkException failure = link.failure();
    if (failure != null) {
      throw failure;
    }
    file.linkGraph(Set.of(ObjectFile.ReadOption.NON_ALLOC_SECTIONS));
  }

  static void survives(byte[] bytes, String what) {
    try {
      readAndLink(bytes);
    } catch (LinkException expected) {
      assertThat(expected.getMessage()).as(what).contains("victim.o");
    } catch (RuntimeException | Error other) {
      throw new AssertionError(what + " ends with " + other, other);
    }
  }

  @Test
  void theObjectItselfIsLinked() {
    readAndLink(object);
  }

  @Test
  void everyTruncationIsSurvived() {
    for (int length = 0; length < object.length; length++) {
      survives(Arrays.copyOf(object, length), "truncation to " + length);
    }
  }

  @Test
  void extremeValuesInEveryWordAreSurvived() {
    long[] extremes = {0, -1, 1, 0x7fffffff, 0x80000000L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 60};
    for (int at = 0; at + 8 <= object.length; at += 4) {
      for (long extreme : extremes) {
        ByteBuffer hostile = ByteBuffer.wrap(object.clone()).order(ByteOrder.LITTLE_ENDIAN);
        survives(hostile.putLong(at, extreme).array(), "0x%x at 0x%x".formatted(extreme, at));
        hostile = ByteBuffer.wrap(object.clone()).order(ByteOrder.LITTLE_ENDIAN);
        survives(
            hostile.putInt(at, (int) extreme).array(), "int 0x%x at 0x%x".formatted(extreme, at));
      }
    }
  }

  @Test
  void randomMutationsAreSurvived() {
    mutate(20_000);
  }

  @Test
  @Tag("long")
  void manyRandomMutationsAreSurvived() {
    mutate(3_000_000);
  }

  private static void mutate(int rounds) {
    for (long seed = 0; seed < rounds; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] hostile = object.clone();
      int changes = 1 + random.nextInt(8);
      for (int i = 0; i < changes; i++) {
        hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
      }
      survives(hostile, "seed " + seed);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sh_offset, 0x18, 0x7fffffffffffffff",
    "sh_size, 0x20, 0x7fffffffffffffff",
    "sh_link, 0x28, 0xffff",
    "sh_info, 0x2c, 0xffff",
    "sh_addralign, 0x30, 0x1000000000000000",
    "sh_addralign, 0x30, 3",
    "sh_entsize, 0x38, 1",
  })
  void everySectionWithAnAbsurdFieldIsSurvived(String field, String at, String value) {
    ByteBuffer header = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    long sections = header.getLong(SECTION_HEADER_OFFSET_FIELD);
    for (int i = 0; i < header.getShort(SECTION_COUNT_FIELD); i++) {
      ByteBuffer hostile = ByteBuffer.wrap(object.clone()).order(ByteOrder.LITTLE_ENDIAN);
      int place = (int) sections + i * SECTION_HEADER_SIZE + Integer.decode(at);
      if (field.equals("sh_link") || field.equals("sh_info")) {
        hostile.putInt(place, Integer.decode(value));
      } else {
        hostile.putLong(place, Long.decode(value));
      }
      survives(hostile.array(), field + " of section " + i + " = " + value);
    }
  }

  @Test
  void aSmallFileCannotAskForALargeMemory() {
    ByteBuffer hostile = ByteBuffer.wrap(object.clone()).order(ByteOrder.LITTLE_ENDIAN);
    hostile.putShort(SECTION_COUNT_FIELD, (short) 0);
    int first = (int) hostile.getLong(SECTION_HEADER_OFFSET_FIELD);
    hostile.putLong(first + 0x20, 0x7ffffff0L); // the number of sections, when e_shnum is 0

    assertThatThrownBy(() -> readAndLink(hostile.array())).isInstanceOf(LinkException.class);
  }

  @Test
  void whatIsNoObjectIsCalledByItsName() {
    List<String> notObjects = List.of("", "int main;\n", "\177ELF", "!<arch>\n", "BC\300\336");
    for (String text : notObjects) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> readAndLink(bytes))
          .as(text)
          .isInstanceOf(LinkException.class)
          .hasMessageContaining("victim.o");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x04, 9, class",
    "0x05, 7, data encoding",
    "0x10, 3, shared",
    "0x10, 2, executable",
    "0x12, 0x1234, machine"
  })
  void anotherKindOfElfIsRefusedSayingWhich(String at, String value, String word) {
    ByteBuffer hostile = ByteBuffer.wrap(object.clone()).order(ByteOrder.LITTLE_ENDIAN);
    if (Integer.decode(at) < 0x10) {
      hostile.put(Integer.decode(at), Integer.decode(value).byteValue());
    } else {
      hostile.putShort(Integer.decode(at), Integer.decode(value).shortValue());
    }

    assertThatThrownBy(() -> readAndLink(hostile.array()))
        .isInstanceOf(LinkException.class)
        .hasMessageContaining("victim.o")
        .hasMessageContaining(word);
  }

  @Test
  void writableCodeIsRefused() throws Exception {
    Path source = folder.resolve("rwx.s");
    Files.writeString(source, ".section .hot,\"awx\",@progbits\n.globl f\nf: ret\n");
    Path output = folder.resolve("rwx.o");
    assertThat(
            new ProcessBuilder("gcc", "-c", source.toString(), "-o", output.toString())
                .start()
                .waitFor())
        .isZero();

    assertThatThrownBy(() -> readAndLink(Files.readAllBytes(output)))
        .isInstanceOf(UnsupportedObjectException.class)
        .hasMessageContaining(".hot");
  }
}
