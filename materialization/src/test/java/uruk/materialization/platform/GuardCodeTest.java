package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuardCodeTest {
  @TempDir Path directory;

  @Test
  void machineCodeIsWhatItsAssemblySays() throws Exception {
    Path source = Files.writeString(directory.resolve("guard.s"), GuardCode.assembly());
    Path object = directory.resolve("guard.o");
    Path text = directory.resolve("guard.bin");
    run(
        "llvm-mc-22",
        "-triple=x86_64",
        "-filetype=obj",
        source.toString(),
        "-o",
        object.toString());
    run("objcopy", "-O", "binary", "-j", ".text", object.toString(), text.toString());

    byte[] code = new GuardCode().code();
    assertThat(code).isEqualTo(Arrays.copyOf(Files.readAllBytes(text), code.length));
  }

  @Test
  void dataFollowTheCodeOnePageLater() {
    GuardCode code = new GuardCode();

    assertThat(code.code().length).isLessThan(4096);
    assertThat(code.number("TPOFF")).isEqualTo(4096);
    assertThat(code.number("AREA_SIZE"))
        .isEqualTo(
            code.number("HEADER_SIZE") + code.number("FRAMES_SIZE") + code.number("STACK_SIZE"));
    assertThat(code.number("BACKTRACE") + 8 * code.number("MAXIMUM_DEPTH"))
        .isLessThanOrEqualTo(code.number("HEADER_SIZE"));
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
  }
}
