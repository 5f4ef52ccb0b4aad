package uruk.tools.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.tools.AotCache;
import uruk.tools.Console;
import uruk.tools.UsageException;
import uruk.tools.doctor.Finding.Verdict;

class DoctorCommandTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private String run(String... arguments) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(new DoctorCommand().run(List.of(arguments), new Console(stream, stream))).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void thisMachineCanLink() {
    assertThat(run())
        .contains("ok       JDK", "ok       executable memory", "ok       C compiler")
        .doesNotContain("broken");
  }

  @Test
  void findingsAreJsonToo() {
    JsonObject document = JsonParser.parseString(run("--json")).getAsJsonObject();

    assertThat(document.get("schema").getAsInt()).isEqualTo(1);
    assertThat(document.getAsJsonArray("findings"))
        .extracting(finding -> finding.getAsJsonObject().get("subject").getAsString())
        .contains("JDK", "native access", "gdb", "perf", "huge pages", "static TLS", "AOT cache");
  }

  @Test
  void operandsAreRefused() {
    assertThatThrownBy(
            () -> new DoctorCommand().run(List.of("nose"), new Console(System.out, System.err)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'nose'");
  }

  @Test
  void whatCannotLinkIsBrokenAndTheRestLimited() {
    assertThat(JavaChecks.machine("Linux", "aarch64").verdict()).isEqualTo(Verdict.BROKEN);
    assertThat(JavaChecks.jdk(Runtime.Version.parse("21.0.2"), "/jdk").verdict())
        .isEqualTo(Verdict.BROKEN);
    assertThat(JavaChecks.nativeAccess(false).remedy())
        .contains("--enable-native-access=ALL-UNNAMED");
    assertThat(JavaChecks.aotCache(AotCache.REJECTED).remedy()).contains("-Xlog:aot");
  }

  @Test
  void settingsOfTheKernelAreReadWithTheWayToMendThem() {
    assertThat(SystemChecks.hugePages("always [never] madvise").remedy()).contains("madvise");
    assertThat(SystemChecks.hugePages("always [madvise] never").verdict()).isEqualTo(Verdict.GOOD);
    assertThat(SystemChecks.mappings("1000").remedy()).contains("sysctl vm.max_map_count=65530");
    assertThat(SystemChecks.mappings("65530").detail()).isEqualTo("65530 a process");
  }

  @Test
  void aCacheThatCannotBeWrittenIsToldWithTheWayOut(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(SystemChecks.objectCache(file.resolve("uruk/objects")).remedy())
        .contains("XDG_CACHE_HOME");
    assertThat(SystemChecks.objectCache(folder.resolve("uruk/objects")).verdict())
        .isEqualTo(Verdict.GOOD);
  }

  @Test
  void limitsAreReadFromTheTableOfTheProcess() {
    String limits =
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max open files            256                  4096                 files
        Max address space         1073741824           unlimited            bytes
        """;
    assertThat(SystemChecks.openFiles(limits).detail()).isEqualTo("only 256 a process");
    assertThat(SystemChecks.addressSpace(limits).remedy()).contains("ulimit -v unlimited");
    assertThat(SystemChecks.addressSpace("").verdict()).isEqualTo(Verdict.GOOD);
  }

  @Test
  void roomForStaticThreadLocalVariablesIsReadFromTheTunable() {
    for (String nonsense : List.of("99999999999999999999", "10a", "0x", "")) {
      assertThat(
              SystemChecks.staticTls(
                      Map.of("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=" + nonsense))
                  .verdict())
          .isEqualTo(Verdict.LIMITED);
    }
    assertThat(SystemChecks.objectCache(Path.of("no-such-folder/uruk")).verdict())
        .isEqualTo(Verdict.GOOD);
    assertThat(SystemChecks.staticTls(Map.of()).verdict()).isEqualTo(Verdict.LIMITED);
    assertThat(
            SystemChecks.staticTls(
                Map.of("GLIBC_TUNABLES", "glibc.a=1:glibc.rtld.optional_static_tls=0x10000")))
        .isEqualTo(Finding.good("static TLS", "65,536 bytes for linked code"));
    assertThat(
            SystemChecks.staticTls(Map.of("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=512"))
                .remedy())
        .contains("optional_static_tls=100000");
  }
}
