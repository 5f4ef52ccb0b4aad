package uruk.jitlink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.jitlink.archive.LinkerScript.Input;

class LinkerScriptTest {

  private static final Path PATH = Path.of("libc.so");

  @TempDir Path directory;

  @Test
  void theScriptOfACLibraryIsRead() {
    LinkerScript script =
        parse(
            """
            /* A comment
               of two lines. */
            OUTPUT_FORMAT(elf64-x86-64)
            GROUP ( /lib/libc.so.6 /usr/lib/libc_nonshared.a  AS_NEEDED ( /lib64/ld.so.2 ) )
            """);

    assertThat(script.inputs())
        .containsExactly(
            new Input("/lib/libc.so.6", false, 4, 9),
            new Input("/usr/lib/libc_nonshared.a", false, 4, 24),
            new Input("/lib64/ld.so.2", true, 4, 63));
  }

  @Test
  void namesMayBeQuotedAndSeparatedByCommas() {
    LinkerScript script = parse("INPUT(\"a file (1).a\",-lm , b.o); SEARCH_DIR(\"/opt/my lib\")");

    assertThat(script.inputs())
        .extracting(Input::name)
        .containsExactly("a file (1).a", "-lm", "b.o");
    assertThat(script.searchDirectories()).containsExactly("/opt/my lib");
  }

  @Test
  void severalCommandsAddUp() {
    assertThat(parse("INPUT(a.o)\nGROUP(b.a c.a)\nINPUT()").inputs())
        .extracting(Input::name)
        .containsExactly("a.o", "b.a", "c.a");
    assertThat(parse("/* nothing */").inputs()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SECTIONS { }           | 1:1:  | \"SECTIONS\" is no command",
        "Dear reader,           | 1:1:  | \"Dear\" is no command",
        "INPUT a.o              | 1:7:  | expected \"(\", found \"a.o\"",
        "INPUT(a.o              | 1:10: | for the \"(\" at 1:6, found the end of the file",
        "INPUT(a.o (b.o))       | 1:11: | expected a file name or \")\"",
        "INPUT('\"a.o')         | 1:7:  | quoted name has no end",
        "GROUP(AS_NEEDED(AS_NEEDED(a))) | 1:17: | AS_NEEDED inside AS_NEEDED",
        "INPUT(a.o) /* open     | 1:12: | comment has no end",
        ")                      | 1:1:  | \")\" is no command",
      })
  void anythingElseIsRefusedWithItsPlace(String text, String place, String message) {
    assertThatThrownBy(() -> parse(text.replace("'", "")))
        .isInstanceOf(MalformedLinkerScriptException.class)
        .hasMessageStartingWith("libc.so:" + place)
        .hasMessageContaining(message);
  }

  @Test
  void theWayOutIsNamed() {
    assertThatThrownBy(() -> parse("#!/bin/sh\n"))
        .hasMessageContaining("if this file is not a linker script, give an object file");
  }

  @Test
  void aHugeTextFileIsNotReadToItsEnd() throws Exception {
    Path file = directory.resolve("log.txt");
    Files.write(file, "INPUT(a.o) ".repeat(LinkerScript.MAX_BYTES / 10).getBytes());

    assertThatThrownBy(() -> LinkerScript.read(file))
        .isInstanceOf(UnreadableFileException.class)
        .hasMessageContaining("more than 1048576 bytes is no linker script");
  }

  private static LinkerScript parse(String text) {
    return LinkerScript.parse(PATH, text);
  }
}
