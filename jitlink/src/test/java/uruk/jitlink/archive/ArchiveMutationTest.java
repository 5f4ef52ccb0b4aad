package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.LinkException;
import uruk.jitlink.archive.ArchiveWriter.Entry;

/** Whatever the bytes, the readers end with a result or with an error of ours. */
@Timeout(120)
class ArchiveMutationTest {

  private static final int MUTANTS_PER_SEED = 5_000;

  @ParameterizedTest
  @MethodSource("archives")
  void noArchiveBreaksTheReader(byte[] archive) {
    var random = new SplittableRandom(archive.length);
    int refused = 0;
    for (int i = 0; i < MUTANTS_PER_SEED; i++) {
      byte[] mutant = mutate(archive, random);
      try {
        HostileArchiveTest.readEverything(mutant);
      } catch (LinkException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1, MUTANTS_PER_SEED - 1);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void noTextBreaksTheScriptReader(byte[] script) {
    var random = new SplittableRandom(script.length);
    int refused = 0;
    for (int i = 0; i < MUTANTS_PER_SEED; i++) {
      String mutant = new String(mutate(script, random), StandardCharsets.UTF_8);
      try {
        assertThat(LinkerScript.parse(Path.of("s"), mutant).inputs()).hasSizeLessThan(1000);
      } catch (MalformedLinkerScriptException e) {
        assertThat(e.line()).isPositive();
        assertThat(e.column()).isPositive();
        refused++;
      }
    }
    assertThat(refused).isBetween(1, MUTANTS_PER_SEED - 1);
  }

  static List<byte[]> archives() {
    ArchiveWriter gnu =
        ArchiveWriter.regular()
            .member("/", ArchiveWriter.gnuIndex(4, new Entry("f", 128), new Entry("g", 192)))
            .member("//", "a_long_member_name.o/\nanother.o/\n");
    gnu.member("/0", "some content").member("/22", "more").member("short.o/", "");
    ArchiveWriter bsd =
        ArchiveWriter.regular()
            .bsdMember(
                "__.SYMDEF",
                ArchiveWriter.bsdIndex(
                    4, ByteOrder.LITTLE_ENDIAN, new Entry("f", 106), new Entry("g", 180)))
            .bsdMember("a.o", "some content".getBytes(StandardCharsets.UTF_8))
            .bsdMember("another.o", "more".getBytes(StandardCharsets.UTF_8));
    ArchiveWriter thin =
        ArchiveWriter.thin()
            .member("/SYM64/", ArchiveWriter.gnuIndex(8, new Entry("f", 150)))
            .member("//", "no/such/file.o/\n")
            .reference("/0", 12)
            .reference("/0:68", 12);
    return List.of(gnu.bytes(), bsd.bytes(), thin.bytes());
  }

  static List<byte[]> scripts() {
    return List.of(
        "/* c */ OUTPUT_FORMAT(elf64) GROUP ( /a.so -lm AS_NEEDED ( \"b c\" ) )".getBytes(),
        "SEARCH_DIR(\"/x\"); INPUT(a.o,b.o)\nGROUP(-lc)".getBytes());
  }

  /** Flips, overwrites, cuts and repeats: one to four changes. */
  static byte[] mutate(byte[] seed, SplittableRandom random) {
    byte[] bytes = seed.clone();
    int changes = random.nextInt(1, 5);
    for (int i = 0; i < changes && bytes.length > 1; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes[at] = (byte) "0123456789/#`()\",*".charAt(random.nextInt(18));
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        default -> {
          int length = Math.min(random.nextInt(1, 70), bytes.length - at);
          System.arraycopy(bytes, at, bytes, random.nextInt(bytes.length - length + 1), length);
        }
      }
    }
    return bytes;
  }
}
