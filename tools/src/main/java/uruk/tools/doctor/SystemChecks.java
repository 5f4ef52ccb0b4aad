package uruk.tools.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uruk.tools.source.ObjectCache;

/** What the kernel and the C library are set to. */
final class SystemChecks {

  private static final int LONGEST_FILE = 8192;
  private static final Path PTRACE_SCOPE = Path.of("/proc/sys/kernel/yama/ptrace_scope");
  private static final Path PERF_PARANOID = Path.of("/proc/sys/kernel/perf_event_paranoid");
  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final Path MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");
  private static final Path LIMITS = Path.of("/proc/self/limits");

  /** A link needs few mappings, but threads and Java need some too. */
  private static final long ENOUGH_MAPPINGS = 65_530;

  private static final long ENOUGH_FILES = 1024;
  private static final int HEXADECIMAL = 16;
  private static final long ENOUGH_STATIC_TLS = 16 * 1024;

  /** What is no number, or no size, glibc passes over. */
  private static final Pattern STATIC_TLS =
      Pattern.compile("optional_static_tls=(?:0x([0-9a-f]{1,15})|(\\d{1,18}))(?!\\w)");

  private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

  private SystemChecks() {}

  static List<Finding> all() {
    List<Finding> findings = new ArrayList<>();
    findings.add(attaching(read(PTRACE_SCOPE)));
    findings.add(profiling(read(PERF_PARANOID)));
    findings.add(hugePages(read(HUGE_PAGES)));
    findings.add(mappings(read(MAP_COUNT)));
    String limits = read(LIMITS);
    findings.add(openFiles(limits));
    findings.add(addressSpace(limits));
    findings.add(objectCache(ObjectCache.ofUser().folder()));
    findings.add(staticTls(System.getenv()));
    return findings;
  }

  /**
   * {@return a file's text; empty if this kernel has no such file} Read at once: a setting of the
   * kernel ends at the first read.
   */
  private static String read(Path file) {
    try (InputStream content = Files.newInputStream(file)) {
      byte[] text = new byte[LONGEST_FILE];
      int length = Math.max(0, content.read(text));
      return new String(text, 0, length, StandardCharsets.US_ASCII).strip();
    } catch (IOException _) {
      return "";
    }
  }

  /** Yama, prctl(2): 0 anybody of the same user, 1 only a parent, 2 only root, 3 nobody. */
  static Finding attaching(String scope) {
    String subject = "attach a debugger";
    boolean free = scope.isEmpty() || scope.equals("0");
    return free || System.getProperty("user.name").equals("root")
        ? Finding.good(subject, "allowed")
        : Finding.limited(
            subject,
            "gdb -p is refused (kernel.yama.ptrace_scope is %s)".formatted(scope),
            "sudo sysctl kernel.yama.ptrace_scope=0, or start the program under gdb.");
  }

  /** Documentation/admin-guide/sysctl/kernel.rst: above 2 users may not measure at all. */
  static Finding profiling(String paranoid) {
    String subject = "measure with perf";
    if (paranoid.isEmpty()) {
      return Finding.limited(
          subject, "this kernel has no perf_event_open", "Use a kernel that has it.");
    }
    return Integer.parseInt(paranoid) <= 2 || System.getProperty("user.name").equals("root")
        ? Finding.good(subject, "allowed")
        : Finding.limited(
            subject,
            "refused to users (kernel.perf_event_paranoid is %s)".formatted(paranoid),
            "sudo sysctl kernel.perf_event_paranoid=2");
  }

  static Finding hugePages(String choice) {
    String subject = "huge pages";
    Matcher chosen = CHOSEN.matcher(choice);
    String word = chosen.find() ? chosen.group(1) : "";
    return word.equals("always") || word.equals("madvise")
        ? Finding.good(subject, "transparent (" + word + ")")
        : Finding.limited(
            subject,
            word.isEmpty() ? "this kernel has none" : "switched off (" + word + ")",
            "Large objects load faster with them: echo madvise | sudo tee " + HUGE_PAGES);
  }

  static Finding mappings(String count) {
    String subject = "memory mappings";
    if (count.isEmpty() || Long.parseLong(count) >= ENOUGH_MAPPINGS) {
      return Finding.good(
          subject, count.isEmpty() ? "no limit known" : "%s a process".formatted(count));
    }
    return Finding.limited(
        subject,
        "only %s a process".formatted(count),
        "sudo sysctl vm.max_map_count=%d".formatted(ENOUGH_MAPPINGS));
  }

  static Finding openFiles(String limits) {
    String soft = softLimit(limits, "Max open files");
    return soft.equals("unlimited") || Long.parseLong(soft) >= ENOUGH_FILES
        ? Finding.good("open files", soft + " a process")
        : Finding.limited(
            "open files",
            "only %s a process".formatted(soft),
            "Large sets of archives need more: ulimit -n %d".formatted(ENOUGH_FILES));
  }

  static Finding addressSpace(String limits) {
    String soft = softLimit(limits, "Max address space");
    return soft.equals("unlimited")
        ? Finding.good("address space", soft)
        : Finding.limited(
            "address space",
            soft + " bytes",
            "Java and the linker reserve more than they use: ulimit -v unlimited");
  }

  /** {@return the first number of a line of proc(5)'s limits} */
  private static String softLimit(String limits, String name) {
    for (String line : limits.split("\n", -1)) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).strip().split(" +", 2)[0];
      }
    }
    return "unlimited";
  }

  /**
   * Local-exec and initial-exec thread-local variables need room that is given out at the start.
   */
  static Finding staticTls(Map<String, String> environment) {
    Matcher tunable =
        STATIC_TLS.matcher(environment.getOrDefault("GLIBC_TUNABLES", "").toLowerCase(Locale.ROOT));
    if (!tunable.find()) {
      return Finding.limited(
          "static TLS",
          "glibc's default, of which about 1,700 bytes are left",
          "export GLIBC_TUNABLES=glibc.rtld.optional_static_tls=100000 (the script uruk does)");
    }
    String hexadecimal = tunable.group(1);
    long bytes =
        hexadecimal == null
            ? Long.parseLong(tunable.group(2))
            : Long.parseLong(hexadecimal, HEXADECIMAL);
    return bytes >= ENOUGH_STATIC_TLS
        ? Finding.good("static TLS", "%,d bytes for linked code".formatted(bytes))
        : Finding.limited(
            "static TLS",
            "only %,d bytes".formatted(bytes),
            "export GLIBC_TUNABLES=glibc.rtld.optional_static_tls=100000");
  }

  /** The folder is made when it is first written to. */
  static Finding objectCache(Path folder) {
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = Objects.requireNonNull(existing.getParent());
    }
    return Files.isDirectory(existing) && Files.isWritable(existing)
        ? Finding.good("object cache", folder.toString())
        : Finding.limited(
            "object cache",
            "%s cannot be written, so sources are compiled at every run".formatted(existing),
            "Let XDG_CACHE_HOME name a folder that can.");
  }
}
