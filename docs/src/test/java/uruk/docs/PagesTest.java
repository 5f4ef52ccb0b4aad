package uruk.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the pages show is what happens: runs every fenced block, follows every link. */
class PagesTest {

  private static final Path ROOT = Path.of(System.getProperty("uruk.root"));
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");

  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");

  /** A name of several capitalized words, or one with a member. */
  private static final Pattern CLASS =
      Pattern.compile("`([A-Z][a-z0-9]+(?:[A-Z]\\w*)+|[A-Z][a-z]\\w*(?=\\.[a-z]))[^`/\\n]*`");

  /** How one test is started. */
  private static final Pattern TEST = Pattern.compile("-Dtest='?(\\w+)");

  @TempDir private Path folders;
  private final List<PageFolder> pageFolders = new ArrayList<>();

  /** So that the first block that uses the command does not show how it builds itself. */
  @BeforeAll
  static void buildTheCommand() throws IOException, InterruptedException {
    Process build =
        new ProcessBuilder(ROOT.resolve("uruk").toString(), "--version").inheritIO().start();
    assertThat(build.waitFor()).isZero();
  }

  @AfterEach
  void unlinkPageFolders() throws IOException {
    for (PageFolder folder : pageFolders) {
      folder.unlink();
    }
  }

  @TestFactory
  List<DynamicContainer> everyFencedBlockRuns() throws IOException {
    return pages().map(this::blocksOf).toList();
  }

  @Test
  void everyLinkBetweenFilesLeadsSomewhere() throws IOException {
    for (Path page : pages().toList()) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        assertThat(page.resolveSibling(link.group(1)))
            .as("link in %s", ROOT.relativize(page))
            .exists();
      }
    }
  }

  /** A class that is renamed leaves its old name behind in no source, but perhaps in a page. */
  @Test
  void everyClassThatTheTextNamesIsInTheSources() throws IOException {
    Set<String> words = wordsOfSources();
    for (Path page : pages().toList()) {
      String text = Files.readString(page);
      assertKnown(words, CLASS, FENCED.matcher(text).replaceAll(""), page);
      assertKnown(words, TEST, text, page);
    }
  }

  private static void assertKnown(Set<String> words, Pattern pattern, String text, Path page) {
    Matcher name = pattern.matcher(text);
    while (name.find()) {
      assertThat(words.contains(name.group(1)))
          .as("%s is in no source, but in %s", name.group(1), ROOT.relativize(page))
          .isTrue();
    }
  }

  private static Set<String> wordsOfSources() throws IOException {
    Set<String> words = new HashSet<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        words.addAll(List.of(Files.readString(file).split("\\W+")));
      }
    }
    return words;
  }

  private DynamicContainer blocksOf(Path page) {
    String name = ROOT.relativize(page).toString();
    try {
      Path folder = Files.createDirectory(folders.resolve(name.replace('/', '-')));
      PageFolder pageFolder = PageFolder.create(folder);
      pageFolders.add(pageFolder);
      return DynamicContainer.dynamicContainer(
          name,
          FencedBlock.of(page, Files.readAllLines(page)).stream()
              .map(block -> DynamicTest.dynamicTest(block.title(), () -> pageFolder.run(block))));
    } catch (IOException e) {
      throw new AssertionError(name, e);
    }
  }

  private static Stream<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      List<Path> pages =
          files
              .filter(file -> file.toString().endsWith(".md"))
              .filter(file -> !file.startsWith(ROOT.resolve("docs/target")))
              .sorted()
              .toList();
      return Stream.concat(
          Stream.of("README.md", "CONTRIBUTING.md").map(ROOT::resolve), pages.stream());
    }
  }
}
