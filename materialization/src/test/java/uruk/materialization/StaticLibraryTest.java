package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.LinkException;
import uruk.jitlink.host.NativeCall;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.ResourceTracker;

/** Archives in a session: which members come, when, and under whose tracker. */
class StaticLibraryTest {
  @TempDir private Path folder;

  @AutoClose
  private final ExecutionSession session =
      ExecutionSession.builder().errorReporter(_ -> {}).build();

  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  private Path object(String path, String source, String... options) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.write(file, Compiler.bytes("gcc", "m.c", source, options));
  }

  private StaticLibrary library(String operation, Path... members) throws IOException {
    Path archive = folder.resolve("libx.a");
    List<String> command = new ArrayList<>(List.of("ar", operation, archive.toString()));
    List.of(members).forEach(member -> command.add(member.toString()));
    Compiler.run(command);
    return main.addGenerator(StaticLibrary.open(layer, archive));
  }

  private int call(String function) {
    return (int) NativeCall.call(session.lookup(main, function).address());
  }

  @Test
  void memberIsLoadedOnceUnderATrackerOfItsOwn() throws IOException {
    library(
        "rcs",
        object("a.o", "int a(void) { return 1; } int a2(void) { return 2; }"),
        object("b.o", "int a(void); int b(void) { return a() + 10; }"),
        object("c.o", "int c(void) { return 3; }"));

    assertThat(call("b")).isEqualTo(11);
    assertThat(call("a2")).isEqualTo(2);
    assertThat(layer.objects()).hasSize(2);
    assertThat(main.symbolState("c")).isNull();
    assertThat(main.trackerOf("a"))
        .isEqualTo(main.trackerOf("a2"))
        .isNotEqualTo(main.trackerOf("b"));
  }

  @Test
  void memberThatWasRemovedComesBackAloneWhenItIsAskedForAgain() throws IOException {
    library(
        "rcs",
        object("a.o", "int a(void) { return 1; }"),
        object("b.o", "int a(void); int b(void) { return a() + 10; }"));
    assertThat(call("b")).isEqualTo(11);
    ResourceTracker member = main.trackerOf("b");
    assertThat(member).isNotNull();

    member.remove();

    assertThat(main.symbolState("b")).isNull();
    assertThat(layer.objects()).hasSize(1);
    assertThat(call("b")).isEqualTo(11);
    assertThat(layer.objects()).hasSize(2);
  }

  @Test
  void firstMemberThatDefinesASymbolWinsAndMembersMayHaveOneName() throws IOException {
    library(
        "qcs",
        object("one/m.o", "int chosen(void) { return 1; } int one(void) { return 10; }"),
        object("two/m.o", "int two(void) { return 20; }"),
        object("three/m.o", "int chosen(void) { return 3; }"));

    assertThat(call("two")).isEqualTo(20);
    assertThat(call("chosen")).isEqualTo(1);
    assertThat(call("one")).isEqualTo(10);
  }

  @Test
  void membersAreLinkedWhoeverReadsThemFirst() throws IOException {
    Queue<Runnable> given = new ArrayDeque<>();
    layer.readMembersAheadOn(given::add);
    library(
        "rcs",
        object("a.o", "int a(void) { return 1; }"),
        object("b.o", "int a(void); int b(void) { return a() + 10; }"),
        object("c.o", "int c(void) { return 3; }"));
    assertThat(call("b")).as("read by the link").isEqualTo(11);
    assertThat(given).hasSize(2);

    given.forEach(Runnable::run);
    layer.readMembersAheadOn(Runnable::run);

    assertThat(call("b")).isEqualTo(11);
    assertThat(call("c")).as("read ahead").isEqualTo(3);
    assertThat(layer.objects()).hasSize(3);
  }

  @Test
  void memberThatCannotBeReadAheadFailsWhenItIsLinked() throws IOException {
    layer.readMembersAheadOn(Runnable::run);
    String both = "__asm__(\".section .both,\\\"awx\\\"\\n.byte 0\\n.previous\");";
    library("rcs", object("bad.o", both + "int bad(void) { return 1; }"));

    assertThatThrownBy(() -> call("bad"))
        .hasStackTraceContaining("libx.a(bad.o)")
        .hasStackTraceContaining("which is writable and executable");
  }

  @Test
  void wholeArchiveIsAddedOnce() throws IOException {
    StaticLibrary library =
        library(
            "rcs",
            object("a.o", "int a(void) { return 1; }"),
            object("b.o", "int b(void) { return 2; }"));
    assertThat(call("a")).isEqualTo(1);

    library.addAll(main);
    library.addAll(main);

    assertThat(main.symbols("").keySet()).containsExactlyInAnyOrder("a", "b");
    assertThat(call("b")).isEqualTo(2);
  }

  @Test
  void memberForAnotherMachineIsNamedAndTheOthersServe() throws IOException {
    library(
        "rcs",
        object("foreign.o", "int foreign(void) { return 1; }", "-m32"),
        object("own.o", "int own(void) { return 2; }"));

    assertThatThrownBy(() -> call("foreign"))
        .hasStackTraceContaining("libx.a(foreign.o)")
        .hasStackTraceContaining("is for i386, this process is x86_64");
    assertThat(call("own")).isEqualTo(2);
  }

  @Test
  void memberThatIsNoObjectIsNamedWhenItHasToBeRead() throws IOException {
    Path notes = Files.writeString(folder.resolve("notes.txt"), "These are notes.\n");
    Path own = object("own.o", "int own(void) { return 2; }");
    StaticLibrary indexed = library("rcs", notes, own);
    assertThat(call("own")).isEqualTo(2);

    assertThatThrownBy(() -> indexed.addAll(main))
        .isInstanceOf(LinkException.class)
        .hasMessageContaining("libx.a(notes.txt)")
        .hasMessageContaining("this is a text file, not a relocatable object file");
    assertThat(call("own")).isEqualTo(2);
  }

  @Test
  void archiveWithoutIndexNamesTheMemberThatCannotBeScanned() throws IOException {
    Path notes = Files.writeString(folder.resolve("notes.txt"), "These are notes.\n");
    library("rcS", notes, object("own.o", "int own(void) { return 2; }"));

    assertThatThrownBy(() -> call("own")).hasStackTraceContaining("libx.a(notes.txt)");
  }
}
