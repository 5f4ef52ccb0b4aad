package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.HostException;
import uruk.materialization.Compiler;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.orc.ResourceTracker;

final class SymbolExportsTest {
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);

  @TempDir Path directory;
  private final List<Jit> opened = new ArrayList<>();
  private final List<Long> libraries = new ArrayList<>();

  @AfterEach
  void close() {
    libraries.forEach(DynamicLinker::close);
    opened.forEach(Jit::close);
  }

  private Jit jit() {
    Jit jit = Jit.create();
    opened.add(jit);
    return jit;
  }

  private static long inProcess(String symbol) {
    return DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, symbol);
  }

  @Test
  void processFindsFunctionsAndVariablesAtTheirCanonicalAddresses() {
    Jit jit = jit();
    jit.add(
        Compiler.c(
            "exporting",
            """
            int uruk_exported(void) { return 42; }
            int uruk_variable = 17;
            __attribute__((visibility("hidden"))) int uruk_hidden = 1;
            """));
    assertThat(inProcess("uruk_exported")).isZero();

    jit.exportSymbols();

    long function = jit.symbols().find("uruk_exported").orElseThrow().address();
    assertThat(inProcess("uruk_exported")).isEqualTo(function);
    assertThat(MemorySegment.ofAddress(inProcess("uruk_variable")).reinterpret(4).get(JAVA_INT, 0))
        .isEqualTo(17);
    assertThat(inProcess("uruk_hidden")).isZero();
    // libc.so has no atexit of its own: ours belongs to the dylib.
    assertThat(inProcess("atexit")).isZero();
  }

  @Test
  void libraryThatIsOpenedLaterCallsLinkedCodeAndSeesItReplaced() throws Throwable {
    Jit jit = jit();
    LinkedObject host =
        jit.add(Compiler.c("host", "int uruk_host(int a) { return a + 1; } int uruk_state = 5;"));
    Path library =
        library(
            "int uruk_host(int); extern int uruk_state;"
                + " int uruk_plugin(void) { return uruk_host(uruk_state); }");
    assertThatThrownBy(() -> open(library))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("uruk_");

    jit.exportSymbols();
    long handle = open(library);
    assertThat(call(handle, "uruk_plugin")).isEqualTo(6);

    host.replace(
        Compiler.c("host", "int uruk_host(int a) { return a + 100; } int uruk_state = 7;"));
    assertThat(call(handle, "uruk_plugin")).isEqualTo(105);
    assertThat(inProcess("uruk_state"))
        .isEqualTo(jit.symbols().find("uruk_state").orElseThrow().address());
  }

  @Test
  void aRemovedFunctionIsNotFoundThoughTheNameIsDefinedAgainMeanwhile() {
    Jit jit = jit();
    LinkedObject removed = jit.add(Compiler.c("first", "int uruk_twice(void) { return 1; }"));
    ObjectFile again = Compiler.c("again", "int uruk_twice(void) { return 2; }");
    jit.exportSymbols();
    assertThat(inProcess("uruk_twice")).isNotZero();
    jit.objects()
        .addPlugin(
            new LinkPlugin() {
              @Override
              public void notifyRemoving(LinkedObject object) {
                if (object == removed) {
                  jit.add(again);
                }
              }
            });

    removed.remove();

    assertThat(inProcess("uruk_twice")).isZero();
    jit.exportSymbols();
    assertThat(inProcess("uruk_twice"))
        .isEqualTo(jit.symbols().find("uruk_twice").orElseThrow().address());
  }

  @Test
  void removedObjectsAndClosedSessionsAreNotFoundAnyMore() {
    Jit jit = jit();
    ResourceTracker tracker = jit.main().createResourceTracker();
    jit.objects().add(tracker, Compiler.c("removed", "int uruk_removed(void) { return 1; }"));
    jit.add(Compiler.c("staying", "int uruk_staying(void) { return 2; }"));
    jit.exportSymbols();
    assertThat(inProcess("uruk_removed")).isNotZero();

    tracker.remove();
    assertThat(inProcess("uruk_removed")).isZero();
    assertThat(inProcess("uruk_staying")).isNotZero();

    jit.close();
    opened.remove(jit);
    assertThat(inProcess("uruk_staying")).isZero();
  }

  @Test
  void symbolsThatAreAddedLaterAreExportedByTheNextCall() {
    Jit jit = jit();
    jit.add(Compiler.c("first", "int uruk_first(void) { return 1; }"));
    jit.exportSymbols();
    jit.add(Compiler.c("second", "int uruk_second(void) { return 2; }"));
    assertThat(inProcess("uruk_second")).isZero();

    jit.exportSymbols();
    assertThat(inProcess("uruk_first")).isNotZero();
    assertThat(inProcess("uruk_second")).isNotZero();
  }

  @Test
  void twoUpdatesAtOnceLeaveTheAddressOfTheLaterOne() throws Exception {
    Jit jit = jit();
    LinkedObject first = jit.add(Compiler.c("first", "int uruk_one = 1; int uruk_both = 1;"));
    ObjectFile other = Compiler.c("first", "int uruk_one = 2; int uruk_both = 2;");
    jit.exportSymbols();

    for (int round = 0; round < 50; round++) {
      Thread updating = Thread.ofPlatform().start(() -> first.replace(other));
      first.replace(other);
      updating.join();

      for (String name : List.of("uruk_one", "uruk_both")) {
        assertThat(inProcess(name)).isEqualTo(jit.symbols().find(name).orElseThrow().address());
      }
    }
  }

  @Test
  void thousandsOfSymbolsAreAllFound() {
    StringBuilder source = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      source.append("int uruk_many_").append(i).append(" = ").append(i).append(";\n");
    }
    Jit jit = jit();
    jit.add(Compiler.c("many", source.toString()));
    jit.exportSymbols();

    for (int i = 0; i < 3000; i++) {
      MemorySegment variable = MemorySegment.ofAddress(inProcess("uruk_many_" + i)).reinterpret(4);
      assertThat(variable.get(JAVA_INT, 0)).isEqualTo(i);
    }
  }

  private Path library(String source) throws Exception {
    Path file = Files.writeString(directory.resolve("plugin.c"), source);
    Path library = directory.resolve("plugin.so");
    Process process =
        new ProcessBuilder("gcc", "-shared", "-fPIC", file.toString(), "-o", library.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    return library;
  }

  private long open(Path library) {
    long handle = DynamicLinker.open(library.toString(), DynamicLinker.RTLD_NOW);
    libraries.add(handle);
    return handle;
  }

  private static int call(long handle, String function) throws Throwable {
    MemorySegment address = MemorySegment.ofAddress(DynamicLinker.symbol(handle, function));
    return (int) Linker.nativeLinker().downcallHandle(address, INT).invoke();
  }
}
