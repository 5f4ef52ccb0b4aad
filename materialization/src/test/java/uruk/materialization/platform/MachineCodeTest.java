package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uruk.jitlink.host.MachineCode;
import uruk.jitlink.host.NativeMethodLibrary;

final class MachineCodeTest {
  @TempDir Path directory;

  static List<MachineCode> tables() {
    return List.of(
        GuardCode.create(),
        ExitFunctionsCode.create(),
        ThreadScanCode.create(),
        IndirectFunctionCode.create(),
        TeamCode.create(),
        NativeMethodLibrary.code());
  }

  @ParameterizedTest
  @MethodSource("tables")
  void machineCodeIsWhatItsAssemblySays(MachineCode table) throws Exception {
    Path source = Files.writeString(directory.resolve("code.s"), table.assembly());
    Path object = directory.resolve("code.o");
    Path text = directory.resolve("code.bin");
    run(
        "llvm-mc-22",
        "-triple=x86_64",
        "-filetype=obj",
        source.toString(),
        "-o",
        object.toString());
    run("objcopy", "-O", "binary", "-j", ".text", object.toString(), text.toString());

    byte[] code = table.code();
    assertThat(Arrays.copyOf(code, 4096)).isEqualTo(Arrays.copyOf(Files.readAllBytes(text), 4096));
  }

  @Test
  void dataFollowTheCodeOnePageLater() {
    MachineCode code = GuardCode.create();

    assertThat(code.code().length).isLessThan(4096);
    assertThat(code.number("TPOFF")).isEqualTo(4096);
    assertThat(code.number("AREA_SIZE"))
        .isEqualTo(
            code.number("HEADER_SIZE") + code.number("FRAMES_SIZE") + code.number("STACK_SIZE"));
    assertThat(code.number("BACKTRACE") + 8 * code.number("MAXIMUM_DEPTH"))
        .isLessThanOrEqualTo(code.number("HEADER_SIZE"));
  }

  @Test
  void tablesAgreeOnWhatIsInAnArea() {
    MachineCode guard = GuardCode.create();
    MachineCode team = TeamCode.create();

    for (String name : List.of("CURRENT", "TEAM", "LINKED_THREAD")) {
      assertThat(team.number(name)).as(name).isEqualTo(guard.number(name));
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
  }
}
