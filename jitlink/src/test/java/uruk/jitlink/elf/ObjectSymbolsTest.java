package uruk.jitlink.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;

/** What others see of an object. */
final class ObjectSymbolsTest {
  @TempDir Path directory;

  /** Compilers define such a word in each object, hidden and weak; one may go before the others. */
  @ParameterizedTest
  @ValueSource(strings = {"g++", "clang-22"})
  void wordsThatFrameDescriptionsNeedAreEachObjectsOwn(String compiler) throws Exception {
    ObjectFile object =
        compile(
            compiler,
            "int caught(int n) { try { throw n; } catch (int m) { return m; } }"
                + " inline int shared() { return 1; } int use() { return shared(); }");

    assertThat(object.symbols().definitions())
        .extracting(ObjectInterface.Definition::name)
        .contains("_Z6caughti", "_Z6sharedv")
        .noneMatch(name -> name.startsWith("DW.ref."));
    LinkGraph graph = object.linkGraph();
    List<Scope> words = new ArrayList<>();
    for (Symbol symbol : graph.definedSymbols()) {
      if (symbol.name().equals("DW.ref.__gxx_personality_v0")) {
        words.add(symbol.scope());
      }
    }
    assertThat(words).containsExactly(Scope.LOCAL);
  }

  @Test
  void objectsLargerThanArraysAreRefused() throws Exception {
    Path large = directory.resolve("large.o");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(1L << 32); // a hole, which takes no room
    }

    assertThatThrownBy(() -> ObjectFile.read(large))
        .isInstanceOf(UnsupportedObjectException.class)
        .hasMessageContaining("large.o: an object of 4294967296 bytes is not supported");
  }

  private ObjectFile compile(String compiler, String source) throws Exception {
    Path file = Files.writeString(directory.resolve("source.cpp"), source);
    Path object = directory.resolve("object.o");
    Process process =
        new ProcessBuilder(
                List.of(compiler, "-fPIC", "-c", file.toString(), "-o", object.toString()))
            .redirectErrorStream(true)
            .start();
    String messages = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(messages).isZero();
    return ObjectFile.of("object.o", Files.readAllBytes(object));
  }
}
