package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls in JVMs of their own, as the property is looked at once. */
class NativeMethodTest {
  private static final int NO_DESCRIPTOR = -1;
  private static final int EBADF = 9;

  @TempDir private Path folder;
  private Path library;

  @BeforeEach
  void write() throws IOException {
    library = folder.resolve("native-method.so");
    assertThat(NativeMethodLibrary.write(library)).isTrue();
  }

  /** What the other JVMs do. */
  static final class Calls {
    private Calls() {}

    public static void main(String[] arguments) {
      System.out.println(NativeMethod.IS_LOADED ? "native method" : "handle");
      System.out.println(text("%ld %ld %ld", 1L << 40, -2, 3));
      long failed = NativeCall.call(DynamicLinker.systemFunction("close"), NO_DESCRIPTOR);
      System.out.println((int) failed + " " + NativeCall.errno());
      long _ = NativeCall.callWithoutErrno(DynamicLinker.systemFunction("getpid"));
      System.out.println("errno " + NativeCall.errno());
    }

    /** The C library's snprintf takes all six arguments, and al. */
    private static String text(String format, long a, long b, long c) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment buffer = arena.allocate(100);
        long snprintf = DynamicLinker.systemFunction("snprintf");
        long form = arena.allocateFrom(format).address();
        long length = NativeCall.call(snprintf, buffer.address(), 100, form, a, b, c);
        return buffer.getString(0) + " " + (int) length;
      }
    }
  }

  @Test
  void callsByTheMethodDoWhatCallsByTheHandleDo() throws Exception {
    List<String> results = List.of("1099511627776 -2 3 18", "-1 " + EBADF, "errno " + EBADF);

    assertThat(java("-D" + NativeMethod.PROPERTY + "=" + library))
        .containsExactly("native method", results.get(0), results.get(1), results.get(2));
    assertThat(java()).containsExactly("handle", results.get(0), results.get(1), results.get(2));
  }

  @Test
  void withoutLibraryCallsAreMadeByTheHandle() throws Exception {
    Files.writeString(library, "no library");

    assertThat(java("-D" + NativeMethod.PROPERTY + "=" + library)).contains("handle", "errno 9");
    assertThat(java("-D" + NativeMethod.PROPERTY + "=" + folder.resolve("nothing.so")))
        .contains("handle", "errno 9");
  }

  /** Tests run with modules, and their classes patched in. */
  private static String classPath() {
    return Stream.of("surefire.test.class.path", "jdk.module.path", "java.class.path")
        .map(property -> System.getProperty(property, ""))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> java(String... options) throws Exception {
    List<String> command =
        Stream.of(
                Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                Stream.of(options),
                Stream.of("--enable-native-access=ALL-UNNAMED", "-cp"),
                Stream.of(classPath(), Calls.class.getName()))
            .flatMap(each -> each)
            .toList();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    return lines;
  }
}
