package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uruk.examples.RealProgram.Finished;

/** {@code uruk run --call}: functions with arguments from the shell. */
class CallOptionTest {

  private static final String LIBRARY =
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      int add(int a, int b) { return a + b; }
      unsigned char top(unsigned long long n) { return n >> 56; }
      const char *greet(const char *name) {
        static char text[100];
        snprintf(text, sizeof text, "hello %s", name);
        return text;
      }
      char upper(char c) { return c - 32; }
      _Bool not(_Bool b) { return !b; }
      float half(float x) { return x / 2; }
      void say(const char *text) { printf("%s\\n", text); }
      struct point { int x; double y; char name[3]; };
      struct point make(int x) { struct point p = { x, x / 2.0, "ab" }; return p; }
      void *same(void *pointer) { return pointer; }
      const char *nothing(void) { return 0; }
      const char *wild(void) { return (const char *) 16; }
      int apply(int (*f)(int, int), int a, int b) { return f(a, b); }
      int quit(int status) { exit(status); }
      int fall(void) { return *(volatile int *) 0; }
      static void bye(void) { puts("bye"); }
      int register_bye(void) { return atexit(bye); }
      """;

  @TempDir private Path folder;

  @BeforeEach
  void writeLibrary() throws Exception {
    new UrukCommand(folder).write("library.c", LIBRARY);
  }

  private Finished call(String declaration, String... arguments) throws Exception {
    String[] words = new String[arguments.length + 3];
    words[0] = "library.c";
    words[1] = "--call";
    words[2] = declaration;
    System.arraycopy(arguments, 0, words, 3, arguments.length);
    return new UrukCommand(folder).run(words);
  }

  @Test
  void twoAndThreeAreFive() throws Exception {
    assertThat(call("int add(int, int)", "2", "3")).isEqualTo(new Finished(0, "5\n", ""));
    assertThat(call("int add(int, int)", "--", "-2", "-3").output()).isEqualTo("-5\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          unsigned char top(uint64_t)          | 18446744073709551615 | 255
          const char *greet(const char *)      | wörld                | hello wörld
          char upper(char)                     | a                    | 65 'A'
          bool not(bool)                       | true                 | false
          float half(float)                    | 0.2                  | 0.1
          void say(const char *)               | aloud                | aloud
          void *same(void *)                   | 0xff                 | 0xff
          void *same(void *)                   | NULL                 | NULL
          struct { int x; double y; char name[3]; } make(int) | 7 | {x = 7, y = 3.5, name = {97 'a', 98 'b', 0}}
          size_t strlen(const char *)          | four                 | 4
          """)
  void resultsArePrintedInTheMannerOfC(String declaration, String argument, String printed)
      throws Exception {
    Finished finished = call(declaration, argument);

    assertThat(finished.messages()).isEmpty();
    assertThat(finished.output()).isEqualTo(printed + "\n");
  }

  @Test
  void functionsAreArgumentsByTheirNames() throws Exception {
    assertThat(call("int apply(int (*)(int, int), int, int)", "&add", "4", "5").output())
        .isEqualTo("9\n");
  }

  @Test
  void noTextIsNull() throws Exception {
    assertThat(call("const char *nothing(void)").output()).isEqualTo("NULL\n");
  }

  @Test
  void resultsAreJsonToo() throws Exception {
    Finished finished =
        new UrukCommand(folder)
            .run(
                "--json",
                "library.c",
                "--call",
                "struct { int x; double y; char name[3]; } make(int)",
                "7");

    assertThat(finished.messages())
        .isEqualTo("{\"schema\":1,\"result\":{\"x\":7,\"y\":3.5,\"name\":[97,98,0]}}\n");
  }

  @Test
  void theStatusIsTheOneOfExit() throws Exception {
    assertThat(call("int quit(int)", "9")).isEqualTo(new Finished(9, "", ""));
  }

  @Test
  void whatIsRegisteredForTheExitRuns() throws Exception {
    assertThat(call("int register_bye(void)").output()).isEqualTo("0\nbye\n");
  }

  @Test
  void crashesAreToldWithTheirPlace() throws Exception {
    Finished crash = call("int fall(void)");
    assertThat(crash.status()).isEqualTo(128 + 11);
    assertThat(crash.messages()).startsWith("uruk run: SIGSEGV at address 0x0 in fall+");
    assertThat(call("const char *wild(void)").messages())
        .startsWith("uruk run: SIGSEGV at address 0x10");
  }

  @Test
  void mistakesAreToldInOneLine() throws Exception {
    assertThat(call("int add(int, int)", "2", "three"))
        .isEqualTo(
            new Finished(
                2,
                "",
                "uruk run: argument 2 of add, 'three': an integer from -2147483648 to 2147483647"
                    + " is expected, see 'uruk run --help'\n"));
    assertThat(call("int add(int, int").messages())
        .startsWith("uruk run: C declaration \"int add(int, int\", column 17");
    assertThat(call("int ad(int, int)", "1", "2").messages())
        .contains("there is no ad in library.c", "did you mean add");
  }
}
