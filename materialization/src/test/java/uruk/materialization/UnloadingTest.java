package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.SymbolsNotFoundException;

class UnloadingTest {
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  @BeforeEach
  void processIsVisible() {
    main.addGenerator(ProcessSymbols.all());
  }

  private LinkedObject add(String name, String source) {
    return layer.add(main, Compiler.c(name, source));
  }

  private int call(String function) {
    return (int) NativeCall.call(session.lookup(main, function).address());
  }

  @Test
  void anObjectInUseIsNotRemovedAndTheErrorNamesUserAndSite() {
    LinkedObject base = add("base", "int base(void) { return 1; }");
    LinkedObject user = add("user", "int base(void); int user(void) { return base(); }");
    call("user");

    assertThatThrownBy(base::remove)
        .isInstanceOf(ObjectInUseException.class)
        .hasMessageContaining("base.o cannot be removed")
        .hasMessageContaining("base is used by user.o: user+0x")
        .hasMessageContaining("Remove the users first");
    assertThat(call("user")).isEqualTo(1);

    user.remove();
    base.remove();
    assertThat(base.state()).isEqualTo(LinkedObject.State.REMOVED);
    assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
    assertThatThrownBy(() -> call("base")).isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void usersGoAlongOnRequest() {
    LinkedObject a = add("a", "int a(void) { return 1; }");
    LinkedObject b = add("b", "int a(void); int b(void) { return a(); }");
    LinkedObject c = add("c", "int b(void); int c(void) { return b(); }");
    LinkedObject other = add("other", "int other(void) { return 7; }");
    call("c");
    call("other");

    a.remove(UnloadPolicy.CASCADE);

    assertThat(b.state()).isEqualTo(LinkedObject.State.REMOVED);
    assertThat(c.state()).isEqualTo(LinkedObject.State.REMOVED);
    assertThat(layer.objects()).containsExactly(other);
    assertThat(call("other")).isEqualTo(7);
  }

  @Test
  void anObjectIsRemovedWhoeverUsesItOnRequest() {
    LinkedObject base = add("base", "int base(void) { return 1; }");
    add("user", "int base(void); int user(int n) { return n ? base() : 3; }");
    call("user");

    base.remove(UnloadPolicy.UNCONDITIONAL);

    assertThat((int) NativeCall.call(session.lookup(main, "user").address(), 0)).isEqualTo(3);
  }

  @Test
  void anObjectThatWasNeverSearchedIsRemoved() {
    LinkedObject lazy = add("lazy", "int lazy(void) { return 1; }");

    lazy.remove();

    add("lazy2", "int lazy(void) { return 2; }");
    assertThat(call("lazy")).isEqualTo(2);
    assertThatThrownBy(lazy::remove).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void addingAndRemovingLeavesNothingBehind() throws IOException {
    addAndRemove(2_000);
  }

  @Test
  @Tag("long")
  void addingAndRemovingAHundredThousandTimesLeavesNothingBehind() throws IOException {
    addAndRemove(100_000);
  }

  private void addAndRemove(int cycles) throws IOException {
    ObjectFile file =
        Compiler.c("cycle", "int data = 1; int cycle(void) { return data; } char room[4096];");
    for (int i = 0; i < 200; i++) {
      addCallRemove(file);
    }
    long mappings = lines("/proc/self/maps");
    long descriptors = entries("/proc/self/fd");
    for (int i = 0; i < cycles; i++) {
      addCallRemove(file);
    }

    assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
    assertThat(lines("/proc/self/maps")).isLessThanOrEqualTo(mappings + 20);
    assertThat(entries("/proc/self/fd")).isLessThanOrEqualTo(descriptors + 5);
  }

  private void addCallRemove(ObjectFile file) {
    LinkedObject object = layer.add(main, file);
    assertThat(call("cycle")).isEqualTo(1);
    object.remove();
  }

  private static long lines(String file) throws IOException {
    try (var lines = Files.lines(Path.of(file))) {
      return lines.count();
    }
  }

  private static long entries(String folder) throws IOException {
    try (var entries = Files.list(Path.of(folder))) {
      return entries.count();
    }
  }
}
