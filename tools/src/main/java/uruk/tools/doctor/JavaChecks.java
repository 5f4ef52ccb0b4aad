package uruk.tools.doctor;

import java.util.ArrayList;
import java.util.List;
import uruk.jit.Jit;
import uruk.tools.AotCache;

/** The machine as the Java process sees it: the JDK, its permissions, memory that can be run. */
final class JavaChecks {

  private static final int NEEDED_FEATURE = 25;

  private JavaChecks() {}

  static List<Finding> all() {
    List<Finding> findings = new ArrayList<>();
    findings.add(machine(System.getProperty("os.name"), System.getProperty("os.arch")));
    findings.add(jdk(Runtime.version(), System.getProperty("java.home")));
    findings.add(nativeAccess(JavaChecks.class.getModule().isNativeAccessEnabled()));
    findings.add(executableMemory());
    findings.add(aotCache(AotCache.state()));
    return findings;
  }

  static Finding machine(String system, String architecture) {
    String detail = system + " on " + architecture;
    return system.equals("Linux") && architecture.equals("amd64")
        ? Finding.good("machine", detail)
        : Finding.broken(
            "machine", detail, "Linked code runs on Linux on x86-64 only; inspect works anywhere.");
  }

  static Finding jdk(Runtime.Version version, String home) {
    String detail = "%s in %s".formatted(version, home);
    return version.feature() >= NEEDED_FEATURE
        ? Finding.good("JDK", detail)
        : Finding.broken("JDK", detail, "Install a JDK 25 and let JAVA_HOME name it.");
  }

  static Finding nativeAccess(boolean enabled) {
    return enabled
        ? Finding.good("native access", "allowed")
        : Finding.limited(
            "native access",
            "not granted: Java warns at the first native call, and later versions will refuse it",
            "Start Java with --enable-native-access=ALL-UNNAMED (on the module path:"
                + " =uruk.jitlink,uruk.materialization).");
  }

  /** Making a program puts code of ours into memory and runs it. */
  private static Finding executableMemory() {
    try (Jit jit = Jit.create()) {
      jit.initialize();
      return Finding.good("executable memory", "can be mapped, written through a second view, run");
    } catch (RuntimeException refused) {
      return Finding.broken(
          "executable memory",
          String.valueOf(refused.getMessage()),
          "Look for a seccomp filter of the container or a SELinux rule (execmem, memfd_create).");
    }
  }

  static Finding aotCache(AotCache state) {
    return switch (state) {
      case USED -> Finding.good("AOT cache", "used: starts take half the time");
      case REJECTED ->
          Finding.limited(
              "AOT cache",
              "rejected by the JDK: starts take twice as long",
              "URUK_JAVA_OPTIONS=-Xlog:aot uruk doctor says why; remove .uruk and start uruk again"
                  + " for a new one.");
      case ABSENT ->
          Finding.limited(
              "AOT cache",
              "absent: starts take twice as long",
              "Start with the script uruk; .uruk/training.log says why the build made none.");
    };
  }
}
