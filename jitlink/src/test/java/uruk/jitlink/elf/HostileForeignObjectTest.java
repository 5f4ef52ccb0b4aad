package uruk.jitlink.elf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link HostileObjectTest} does to x86-64 objects, done to those of the other targets. */
class HostileForeignObjectTest {
  private static final String SOURCE =
      """
      __attribute__((weak)) int weak(void) { return 1; }
      static int counter = 3;
      extern int other(const char *), variable;
      struct { int (*f)(void); void *p; } table = { weak, &counter };
      int main(void) { return weak() + other("literal") + counter++ + variable; }
      """;

  @TempDir Path folder;

  private byte[] object(String triple) throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("victim.c"), SOURCE);
    Path output = folder.resolve("victim.o");
    Process compiler =
        new ProcessBuilder(
                "clang-22",
                "--target=" + triple,
                "-c",
                "-O1",
                "-fPIC",
                source.toString(),
                "-o",
                output.toString())
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    return Files.readAllBytes(output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"i686-linux-gnu", "aarch64-linux-gnu", "aarch64_be-linux-gnu"})
  void everyTruncationIsSurvived(String triple) throws Exception {
    byte[] object = object(triple);
    for (int length = 0; length < object.length; length++) {
      HostileObjectTest.survives(Arrays.copyOf(object, length), "truncation to " + length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"i686-linux-gnu", "aarch64-linux-gnu", "aarch64_be-linux-gnu"})
  void extremeValuesInEveryWordAreSurvived(String triple) throws Exception {
    byte[] object = object(triple);
    ByteOrder order = triple.contains("_be") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    for (int at = 0; at + 4 <= object.length; at += 4) {
      for (int extreme : new int[] {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        ByteBuffer hostile = ByteBuffer.wrap(object.clone()).order(order);
        HostileObjectTest.survives(
            hostile.putInt(at, extreme).array(), "0x%x at 0x%x".formatted(extreme, at));
      }
    }
  }

  /** Every byte of the file takes every value: the type of every relocation among them. */
  @ParameterizedTest
  @ValueSource(strings = {"i686-linux-gnu", "aarch64-linux-gnu", "aarch64_be-linux-gnu"})
  @Tag("long")
  void everyByteWithEveryValueIsSurvived(String triple) throws Exception {
    byte[] object = object(triple);
    for (int at = 0; at < object.length; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] hostile = object.clone();
        hostile[at] = (byte) value;
        HostileObjectTest.survives(hostile, "0x%x at 0x%x".formatted(value, at));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"i686-linux-gnu", "aarch64-linux-gnu", "aarch64_be-linux-gnu"})
  void randomMutationsAreSurvived(String triple) throws Exception {
    byte[] object = object(triple);
    for (long seed = 0; seed < 5_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] hostile = object.clone();
      for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
        hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
      }
      HostileObjectTest.survives(hostile, "seed " + seed);
    }
  }
}
