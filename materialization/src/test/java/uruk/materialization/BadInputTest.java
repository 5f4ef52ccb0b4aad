package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import uruk.jitlink.LinkException;
import uruk.jitlink.LinkFailedException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.host.NativeCall;
import uruk.orc.ExecutionSession;
import uruk.orc.FailedToMaterializeException;
import uruk.orc.JITDylib;
import uruk.orc.LookupKind;
import uruk.orc.OrcException;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolState;

/** Whatever a file holds, the session goes on working and keeps nothing of it. */
@Timeout(300)
class BadInputTest {
  private static final String SOURCE =
      """
      __attribute__((weak)) int weak(void) { return 1; }
      int common[10];
      static int counter = 3;
      extern int puts(const char *);
      const char *text = "text";
      struct { int (*f)(void); void *p; } table = { weak, &counter };
      int function(void) { return weak() + puts("literal") + counter++ + common[2]; }
      """;

  @TempDir private Path folder;

  @AutoClose
  private final ExecutionSession session =
      ExecutionSession.builder().errorReporter(_ -> {}).build();

  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");
  private final JITDylib process = session.createJITDylib("process");
  private final byte[] object =
      Compiler.bytes("gcc", "victim.c", SOURCE, "-fcommon", "-ffunction-sections");

  BadInputTest() {
    process.addGenerator(ProcessSymbols.all());
    main.addToLinkOrder(process);
  }

  /** Adds, links and removes an object; {@return whether it could be linked} */
  private boolean survives(byte[] bytes) {
    ResourceTracker tracker = main.createResourceTracker();
    try {
      ObjectFile file = ObjectFile.of("victim.o", bytes);
      layer.add(tracker, file);
      SymbolLookupSet.Builder names = SymbolLookupSet.builder();
      main.symbols("").keySet().forEach(names::require);
      session
          .lookup(
              LookupKind.STATIC, SearchOrder.of(main), names.build(), SymbolState.READY, _ -> {})
          .join();
      return true;
    } catch (CompletionException failure) {
      checkIsOurs(failure.getCause());
      return false;
    } catch (LinkException | OrcException failure) {
      checkIsOurs(failure);
      return false;
    } finally {
      tracker.remove();
      assertThat(main.symbols("")).isEmpty();
      assertThat(layer.ledger()).isEqualTo(MemoryLedger.EMPTY);
    }
  }

  /** A broken invariant of ours would hide as the cause of a failed link. */
  private static void checkIsOurs(Throwable failure) {
    assertThat(failure).isInstanceOfAny(LinkException.class, OrcException.class);
    if (failure instanceof FailedToMaterializeException || failure instanceof LinkFailedException) {
      checkIsOurs(failure.getCause());
    }
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> !line.contains("/")).count();
    }
  }

  private void goodObjectStillWorks() {
    ResourceTracker tracker = main.createResourceTracker();
    layer.add(tracker, Compiler.c("good", "int good(void) { return 6; }"));
    assertThat((int) NativeCall.call(session.lookup(main, "good").address())).isEqualTo(6);
    tracker.remove();
  }

  @Test
  void soundObjectIsLinked() {
    assertThat(survives(object)).isTrue();
  }

  @Test
  void everyTruncationLeavesNothing() throws IOException {
    survives(object);
    long before = mappings();
    for (int length = 0; length < object.length; length += 7) {
      survives(Arrays.copyOf(object, length));
    }
    assertThat(mappings()).isLessThanOrEqualTo(before + 8);
    goodObjectStillWorks();
  }

  @Test
  void extremeWordsLeaveNothing() throws IOException {
    survives(object);
    long before = mappings();
    for (long value : new long[] {0, -1, Long.MAX_VALUE, 1L << 60, 1L << 31}) {
      for (int at = 0; at + 8 <= object.length; at += 8) {
        byte[] mutant = object.clone();
        ByteBuffer.wrap(mutant).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);
        survives(mutant);
      }
    }
    assertThat(mappings()).isLessThanOrEqualTo(before + 8);
    goodObjectStillWorks();
  }

  @Test
  void randomMutationsLeaveNothing() {
    mutateAtRandom(1_000);
  }

  @Test
  @Tag("long")
  void manyRandomMutationsLeaveNothing() {
    mutateAtRandom(100_000);
  }

  private void mutateAtRandom(int count) {
    SplittableRandom random = new SplittableRandom(4);
    int linked = 0;
    for (int i = 0; i < count; i++) {
      byte[] mutant = object.clone();
      for (int k = random.nextInt(1, 6); k > 0; k--) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
      }
      linked += survives(mutant) ? 1 : 0;
    }
    assertThat(linked).isBetween(1, count - 1);
    goodObjectStillWorks();
  }

  @Test
  void whatIsNoObjectIsRefusedByItsKind() throws IOException {
    Map<String, byte[]> kinds =
        Map.of(
            "an empty file", new byte[0],
            "a text file", "hello".getBytes(StandardCharsets.UTF_8),
            "executable", Files.readAllBytes(Path.of("/proc/self/exe")),
            "an archive", "!<arch>\n".getBytes(StandardCharsets.ISO_8859_1));
    kinds.forEach((kind, bytes) ->
        assertThatThrownBy(() -> layer.add(main, ObjectFile.of("thing", bytes)))
            .isInstanceOf(LinkException.class)
            .hasMessageContaining("thing")
            .hasMessageContaining(kind));
    goodObjectStillWorks();
  }

  @Test
  void archiveWithABadMemberFailsForItAloneAndNamesIt() throws IOException {
    Path good =
        Files.write(
            folder.resolve("good.o"),
            Compiler.bytes("gcc", "g.c", "int good_one(void) { return 1; }"));
    byte[] broken = Compiler.bytes("gcc", "b.c", "int bad_one(void) { return 2; }");
    Path bad = Files.write(folder.resolve("bad.o"), broken);
    Path archive = folder.resolve("libmixed.a");
    Compiler.run(List.of("ar", "rcs", archive.toString(), good.toString(), bad.toString()));
    byte[] bytes = Files.readAllBytes(archive);
    int member = indexOf(bytes, broken);
    Arrays.fill(bytes, member + 40, member + 64, (byte) 0xff);
    Files.write(archive, bytes);
    main.addGenerator(StaticLibrary.open(layer, archive));

    assertThatThrownBy(() -> session.lookup(main, "bad_one"))
        .hasStackTraceContaining("libmixed.a(bad.o)");
    assertThat((int) NativeCall.call(session.lookup(main, "good_one").address())).isEqualTo(1);
  }

  private static int indexOf(byte[] whole, byte[] part) {
    for (int at = 0; ; at++) {
      if (Arrays.mismatch(whole, at, at + part.length, part, 0, part.length) < 0) {
        return at;
      }
    }
  }

  @Test
  void archiveThatChangesWhileItIsReadIsAnError() throws IOException {
    Path member =
        Files.write(
            folder.resolve("m.o"),
            Compiler.bytes(
                "gcc",
                "m.c",
                "char large[100000] = {1}; int moved(void) { return large[0]; }")); // is not read
    // ahead
    Path archive = folder.resolve("libmoving.a");
    Compiler.run(List.of("ar", "rcs", archive.toString(), member.toString()));
    main.addGenerator(StaticLibrary.open(layer, archive));
    Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), 100));

    assertThatThrownBy(() -> session.lookup(main, "moved")).hasStackTraceContaining("libmoving.a");
    goodObjectStillWorks();
  }

  @Test
  void variableOfSeveralGigabytesCostsAddressesOnly() {
    byte[] large =
        Compiler.bytes(
            "gcc",
            "l.c",
            "char large[3L << 30]; char *where(void) { return large; }",
            "-mcmodel=large",
            "-fno-asynchronous-unwind-tables");

    assertThat(survives(large)).isTrue();
  }

  @Test
  void hugeZeroFillIsRefusedWithoutBeingMapped() throws IOException {
    byte[] huge =
        Compiler.bytes(
            "gcc",
            "h.c",
            "char huge[1L << 46]; char *where(void) { return huge; }",
            "-mcmodel=large");
    long before = mappings();

    assertThat(survives(huge)).isFalse();
    assertThat(mappings()).isLessThanOrEqualTo(before + 2);
    goodObjectStillWorks();
  }
}
