package uruk.jitlink.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uruk.jitlink.MalformedObjectException;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Symbol;

/** What a file names many times costs no more time or memory than the file has bytes. */
@Timeout(60)
class OverlappingPartsTest {
  private static final int COUNT = 100_000;
  private static final int MEBIBYTE = 1 << 20;

  /** Each string begins one byte behind the one before and ends where all of them do. */
  private static byte[] nested() {
    byte[] strings = new byte[4 * MEBIBYTE];
    Arrays.fill(strings, (byte) 'a');
    strings[0] = 0;
    strings[strings.length - 1] = 0;
    return strings;
  }

  @Test
  void namesOfSymbolsMayNotBeTheSquareOfTheFile() {
    byte[] object =
        new ObjectWriter(nested())
            .symbols(IntStream.rangeClosed(1, COUNT).toArray(), Elf.SHN_UNDEF)
            .object();

    assertThatThrownBy(() -> ObjectFile.of("names.o", object).symbols())
        .isInstanceOf(MalformedObjectException.class)
        .hasMessageContaining("the names are more than 16 times the file");
    assertThatThrownBy(() -> ObjectFile.of("names.o", object).linkGraph())
        .isInstanceOf(MalformedObjectException.class);
  }

  @Test
  void namesOfSectionsMayNotBeTheSquareOfTheFile() {
    ObjectWriter writer = new ObjectWriter(nested());
    for (int name = 1; name <= COUNT; name++) {
      writer.section(name, Elf.SHT_PROGBITS, Elf.SHF_ALLOC, 0, 0);
    }

    assertThatThrownBy(() -> ObjectFile.of("names.o", writer.object()).linkGraph())
        .isInstanceOf(MalformedObjectException.class)
        .hasMessageContaining("the names are more than 16 times the file");
  }

  @Test
  void warningsMayNotBeTheSquareOfTheFile() {
    ObjectWriter writer = new ObjectWriter(ObjectWriter.strings(List.of(".gnu.warning.gets")));
    int text = writer.put(new byte[4 * MEBIBYTE]);
    for (int i = 0; i < COUNT; i++) {
      writer.section(1, Elf.SHT_PROGBITS, 0, text, 4 * MEBIBYTE);
    }

    assertThatThrownBy(() -> ObjectFile.of("warnings.o", writer.object()).linkGraph())
        .isInstanceOf(MalformedObjectException.class)
        .hasMessageContaining("some of them overlap");
  }

  @Test
  void versionedNamesAreReadInLinearTime() {
    List<String> names =
        IntStream.range(0, 3 * COUNT).mapToObj("function%06d@@VERS_1"::formatted).toList();
    int length = names.getFirst().length() + 1;
    byte[] object =
        new ObjectWriter(ObjectWriter.strings(names))
            .symbols(
                IntStream.range(0, names.size()).map(i -> 1 + i * length).toArray(), Elf.SHN_ABS)
            .object();

    ObjectInterface symbols = ObjectFile.of("versions.o", object).symbols();

    assertThat(symbols.definitions()).hasSize(3 * COUNT);
    assertThat(symbols.definitions().getLast().name()).isEqualTo("function299999");
  }

  /** GNU as takes any bytes between quotes. */
  @Test
  void namesThatAreNoUtf8StayApart() {
    byte[] object =
        new ObjectWriter(ObjectWriter.strings(List.of("f\u00e8", "f\u00e9", "f\u00e9\u00e9")))
            .symbols(new int[] {1, 4, 7}, Elf.SHN_ABS)
            .object();

    assertThat(ObjectFile.of("latin1.o", object).symbols().definitions())
        .extracting(ObjectInterface.Definition::name)
        .containsExactly("f\u00e8", "f\u00e9", "f\u00e9\u00e9");
  }

  @Test
  void namesMayShareTheirEnds() {
    byte[] object =
        new ObjectWriter(ObjectWriter.strings(List.of("outer_function")))
            .symbols(new int[] {1, 7}, Elf.SHN_UNDEF)
            .object();

    LinkGraph graph = ObjectFile.of("merged.o", object).linkGraph();

    assertThat(graph.externalSymbols())
        .extracting(Symbol::name)
        .containsExactly("outer_function", "function");
  }
}
