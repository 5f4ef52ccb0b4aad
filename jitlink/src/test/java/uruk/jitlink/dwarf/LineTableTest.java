package uruk.jitlink.dwarf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.jitlink.MalformedObjectException;

/** Compares with llvm-symbolizer on what gcc and clang write. */
final class LineTableTest {
  private static final String SOURCE =
      """
      #include "shared.h"
      static int square(int x) {
        return x * x;
      }
      int sum_of_squares(int n) {
        int sum = 0;
        for (int i = 0; i < n; i++)
          sum += square(i) + from_header(i);
      #line 1000 "generated/grammar.y"
        return sum;
      }
      __attribute__((section(".text.other"))) int other(int a, int b) {
        if (a > b)
          return a / b;
        return from_header(b);
      }
      """;
  private static final String HEADER =
      """
      static int from_header(int x) {
        volatile int y = x;
        return y + 1;
      }
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "gcc,4,-O0",
    "gcc,5,-O0",
    "gcc,5,-O2",
    "clang-22,4,-O0",
    "clang-22,5,-O0",
    "clang-22,5,-O2"
  })
  void everyAddressHasTheLineThatLlvmSymbolizerFinds(String compiler, int version, String level)
      throws Exception {
    Path library = compile(compiler, "-gdwarf-" + version, level);
    LineTable table = LineTable.read(sections(library));

    List<Long> addresses = textAddresses(library);
    List<String> expected = symbolize(library, addresses);
    for (int i = 0; i < addresses.size(); i++) {
      SourceLocation found = table.find(addresses.get(i)).orElseThrow();
      // Before DWARF 5 the line table does not know the directory of the compilation.
      assertThat(expected.get(i))
          .as("address 0x%x", addresses.get(i))
          .endsWith(found.file() + ":" + found.line() + ":" + found.column());
    }
    assertThat(expected).anyMatch(text -> text.contains("grammar.y:100"));
    assertThat(expected).anyMatch(text -> text.contains("shared.h:3"));
  }

  @Test
  void addressesOutsideOfTheCodeHaveNoLine() throws Exception {
    LineTable table = LineTable.read(sections(compile("gcc", "-gdwarf-5", "-O0")));

    assertThat(table.find(0)).isEmpty();
    assertThat(table.find(-1)).isEmpty();
  }

  @Test
  void objectWithoutDebugInformationHasAnEmptyTable() {
    ByteBuffer empty = ByteBuffer.allocate(0);
    LineTable table = LineTable.read(new DebugSections("plain.o", 8, empty, empty, empty));

    assertThat(table.find(0x1000)).isEmpty();
  }

  @Test
  void aUnitThatReachesBeyondTheSectionIsMalformed() {
    ByteBuffer line = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 100);
    ByteBuffer empty = ByteBuffer.allocate(0);

    assertThatThrownBy(() -> LineTable.read(new DebugSections("bad.o", 8, line, empty, empty)))
        .isInstanceOf(MalformedObjectException.class)
        .hasMessage(
            "bad.o: .debug_line: unit of 0x64 bytes reaches beyond the end,"
                + " 0x4 bytes are left");
  }

  @Test
  void mutatedTablesGiveAnErrorOrATableInLimitedTime() throws Exception {
    DebugSections good = sections(compile("clang-22", "-gdwarf-5", "-O2"));
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
    byte[] original = new byte[good.line().remaining()];
    good.line().get(0, original);
    int malformed = 0;
    for (int round = 0; round < 5_000; round++) {
      byte[] bytes = original.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      ByteBuffer line = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      DebugSections mutated =
          new DebugSections("mutated.o", 8, line, good.lineStrings(), good.strings());
      malformed += Assertions.assertTimeout(Duration.ofSeconds(5), () -> failures(mutated));
    }
    assertThat(malformed).isPositive();
  }

  private static int failures(DebugSections sections) {
    try {
      LineTable table = LineTable.read(sections);
      for (long address = 0; address < 0x3000; address += 0x40) {
        table.find(address);
      }
      return 0;
    } catch (MalformedObjectException expected) {
      return 1;
    }
  }

  private Path compile(String compiler, String... options) throws Exception {
    Path source = Files.writeString(directory.resolve("sum.c"), SOURCE);
    Files.writeString(directory.resolve("shared.h"), HEADER);
    Path library = directory.resolve("libsum.so");
    List<String> command = new ArrayList<>(List.of(compiler, "-shared", "-fPIC", "-nostdlib"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", library.toString(), source.toString()));
    run(command);
    return library;
  }

  private DebugSections sections(Path library) throws Exception {
    return new DebugSections(
        library.toString(),
        8,
        section(library, ".debug_line"),
        section(library, ".debug_line_str"),
        section(library, ".debug_str"));
  }

  private ByteBuffer section(Path library, String name) throws Exception {
    Path bytes = directory.resolve("section.bin");
    Files.write(bytes, new byte[0]);
    run(List.of("objcopy", "--dump-section", name + "=" + bytes, library.toString(), "/dev/null"));
    return ByteBuffer.wrap(Files.readAllBytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private List<Long> textAddresses(Path library) throws Exception {
    List<Long> addresses = new ArrayList<>();
    Pattern symbol = Pattern.compile("([0-9a-f]+) ([0-9a-f]+) [tT] .*");
    for (String line : run(List.of("nm", "-S", "--defined-only", library.toString())).split("\n")) {
      Matcher matcher = symbol.matcher(line);
      if (matcher.matches()) {
        long begin = Long.parseLong(matcher.group(1), 16);
        long size = Long.parseLong(matcher.group(2), 16);
        for (long address = begin; address < begin + size; address++) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  /** Asks without inlined frames, since line tables name the innermost place. */
  private List<String> symbolize(Path library, List<Long> addresses) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("llvm-symbolizer-22", "--no-inlines", "--functions=none", "--obj=" + library));
    addresses.forEach(address -> command.add("0x" + Long.toHexString(address)));
    List<String> lines = new ArrayList<>();
    run(command).lines().filter(line -> !line.isBlank()).forEach(lines::add);
    return lines;
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output;
  }
}
