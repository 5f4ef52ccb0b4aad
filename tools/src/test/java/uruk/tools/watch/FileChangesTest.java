package uruk.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is seen of files that are written, and of folders that come and go. */
@Timeout(30)
class FileChangesTest {
  @TempDir private Path root;
  @AutoClose private final FileChanges changes = new FileChanges();
  private Path folder;
  private Path file;

  @BeforeEach
  void watch() throws IOException {
    folder = Files.createDirectory(root.resolve("sources"));
    file = Files.writeString(folder.resolve("a.c"), "int a;");
    changes.watch(List.of(file), Instant.now().plusSeconds(1));
  }

  @Test
  void writtenFilesAreTold() throws Exception {
    Files.writeString(file, "int b;");
    assertThat(changes.await()).containsExactly(file);
  }

  /** As of a program that writes a log beside its sources. */
  @Test
  void otherFilesThatAreWrittenAllTheTimeDoNotMatter() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              while (!ended.get()) {
                append(folder.resolve("log.txt"));
              }
            });
    Files.writeString(file, "int b;");

    assertThat(changes.await()).containsExactly(file);

    ended.set(true);
    writer.join();
  }

  private static void append(Path log) {
    try {
      Files.writeString(log, ".", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void aFolderThatIsMadeAnewIsWatchedAgain() throws Exception {
    MoreFiles.deleteRecursively(folder);
    assertThat(changes.await()).containsExactly(file);

    Files.createDirectory(folder);
    Files.writeString(file, "int b;");
    assertThat(changes.await()).containsExactly(file);

    Files.writeString(file, "int c;");
    assertThat(changes.await()).containsExactly(file);
  }

  @Test
  void aFolderInThePlaceOfAnotherIsWatched() throws Exception {
    Files.move(folder, root.resolve("old"));
    Files.createDirectory(folder);
    Files.writeString(file, "int b;");
    assertThat(changes.await()).containsExactly(file);

    Files.writeString(file, "int c;");
    assertThat(changes.await()).containsExactly(file);
  }

  @Test
  void whatWasWrittenBeforeItWasWatchedIsToldAtOnce() throws Exception {
    Instant begun = Instant.now();
    Path header = Files.writeString(folder.resolve("a.h"), "int h;");
    changes.watch(List.of(file, header), begun);
    assertThat(changes.await()).containsExactly(header);
  }

  @Test
  void aFolderThatIsNotThereIsWatchedWhenItIs() throws Exception {
    Path later = root.resolve("later");
    changes.watch(List.of(later.resolve("b.h")), Instant.now());
    assertThat(changes.await()).containsExactly(later.resolve("b.h"));

    Files.createDirectory(later);
    Files.writeString(later.resolve("b.h"), "int b;");
    assertThat(changes.await()).containsExactly(later.resolve("b.h"));
  }
}
