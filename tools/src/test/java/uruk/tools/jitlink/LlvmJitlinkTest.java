package uruk.tools.jitlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.tools.jitlink.Workshop.Outcome;

/**
 * The same command lines given to llvm-jitlink and to ours. Objects have at most one entry in each
 * table: LLVM puts entries in the order of a hash table. Contents are compared of objects without
 * tables: llvm-jitlink may never end when it prints symbols that overlap, as those of a table do.
 */
class LlvmJitlinkTest {
  private static final String SOURCE =
      """
      # jitlink-check: BRANCH
      # jitlink-check: *{8}variable = 42
      # jitlink-check: *{POINTER}got_addr(NAME, external) = external
      # jitlink-check: section_addr(NAME, .text) = main
      # wrong: *{4}variable = 41
      # wrong: section_addr(NAME, .absent) = 1
      # wrong: stub_addr(absent.o, external) = 1
      # wrong: absent = 1
      # wrong: *{9}main = 1
        .text
        .globl main, other
        .p2align 4
        .type main, @function
      main:
        CALL external
        ret
        .size main, .-main
        .type other, @function
      other:
        nop
        CALL main
        ret
        .size other, .-other
        .data
        .globl variable
        .p2align 3
        .type variable, @object
      variable:
        .quad 42
        .size variable, 8
        .globl pointer
        .type pointer, @object
      pointer:
        .DATA variable + 4
        .size pointer, POINTER
        .bss
        .globl zeros
        .type zeros, @object
      zeros:
        .space 24
        .size zeros, 24
        .section .rodata
        .globl text
        .type text, @object
      text:
        .asciz "some text"
        .size text, 10
      """;

  private static final Pattern SESSION = Pattern.compile(" \\(ES: 0x\\p{XDigit}+, State = ");
  private static final Pattern MATERIALIZER = Pattern.compile("Materializer 0x\\p{XDigit}+, ");
  private static final Pattern CONTENT =
      Pattern.compile("content: 0x\\p{XDigit}+ -- 0x\\p{XDigit}+ ");
  private static final Pattern EMPTY_SECTION =
      Pattern.compile("^section [^\\n]*:\\n\\n(?=section |Absolute )", Pattern.MULTILINE);

  @TempDir private Path folder;

  private Workshop workshop() {
    return new Workshop(folder);
  }

  private List<String> arguments(String triple, String... more) throws Exception {
    boolean wide = !triple.startsWith("i386");
    boolean arm = triple.startsWith("aarch64");
    String source =
        SOURCE
            .replace("POINTER", wide ? "8" : "4")
            .replace(".DATA", wide ? ".quad" : ".long")
            .replace("CALL external", arm ? "bl external" : "call external@PLT")
            .replace("CALL", arm ? "bl" : "call")
            .replace(
                "BRANCH",
                arm
                    ? "decode_operand(main, 0) = (stub_addr(NAME, external) - main)[27:2]"
                    : "decode_operand(main, 0) = external - next_pc(main)")
            .replace("NAME", "same.o");
    String object = workshop().object(triple, "same.o", source);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-noexec",
                "-slab-allocate",
                "64Kb",
                "-slab-page-size",
                "4096",
                "-abs",
                // Far from AArch64's branches: we lead them past their stub where we can, LLVM does
                // not.
                arm ? "external=0x900000000" : "external=0x2000"));
    arguments.addAll(List.of(more));
    arguments.add(object);
    return arguments;
  }

  private void assertSame(List<String> arguments) throws Exception {
    assertSame(arguments, 22, 19);
  }

  private void assertSame(List<String> arguments, int... versions) throws Exception {
    Outcome ours = workshop().jitlink(arguments);
    for (int version : versions) {
      Outcome theirs = workshop().llvmJitlink(version, arguments);
      assertThat(ours.status())
          .as("status: " + theirs.err() + ours.err())
          .isEqualTo(theirs.status());
      assertThat(lines(ours.out())).as("output").isEqualTo(lines(theirs.out()));
      assertThat(lines(ours.err())).as("errors").isEqualTo(lines(theirs.err()));
    }
  }

  /** What scripts can count on: the lines, without what differs from run to run, in any order. */
  private static List<String> lines(String output) {
    String text = SESSION.matcher(output).replaceAll(" (State = ");
    text = MATERIALIZER.matcher(text).replaceAll("Materializer ");
    text = CONTENT.matcher(text).replaceAll("content: ");
    String before;
    do {
      before = text;
      text = EMPTY_SECTION.matcher(text).replaceAll("");
    } while (!text.equals(before));
    return text.replaceAll("(?m)^\\S*llvm-jitlink: ", "llvm-jitlink: ")
        .lines()
        .map(line -> line.replaceAll(" +", " ").strip())
        // Ours tells more: where in an expression.
        .map(line -> line.replaceFirst(" \\(column \\d+\\)$", ""))
        // LLVM leaves the addends of i386, which are in the content, out of its edges.
        .map(line -> line.replaceFirst("addend = .*(kind = (Branch|P)\\w+32,)", "$1"))
        .filter(line -> !line.isEmpty() && !line.contains("__jitlink_ELF_SYM_UND_0"))
        // 22 has the symbol for every target, 19 not for AArch64.
        .filter(line -> !line.contains("_GLOBAL_OFFSET_TABLE_"))
        // 22 says it, 19 does not; the name of a graph is on the line before.
        .filter(line -> !line.startsWith("LinkGraph \""))
        .filter(line -> !line.equals("none"))
        // ELF sections that take no memory, which are not read here.
        .filter(line -> !line.matches("(\\.(rela?\\.\\w+|symtab|strtab) content:|section empty)"))
        // 22 calls an absolute symbol zero-fill, 19 content.
        .filter(line -> !line.startsWith("\"external\" target addr"))
        .sorted()
        .collect(Collectors.toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64-linux-gnu", "i386-linux-gnu", "aarch64-linux-gnu"})
  void layoutIsTheSameAtAnySlabAddress(String triple) throws Exception {
    for (String address : List.of("0", "1", "0x10000", "0x10008", "0x7ff00000")) {
      assertSame(arguments(triple, "-slab-address", address, "-show-addrs"), 22);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64-linux-gnu", "i386-linux-gnu", "aarch64-linux-gnu"})
  void dumpsAreTheSame(String triple) throws Exception {
    assertSame(arguments(triple, "-slab-address=0x10000", "-show-graphs=same"));
    assertSame(arguments(triple, "-slab-address=0x10000", "-show-init-es", "-show-entry-es"));
    assertSame(arguments(triple, "-slab-address=0x10000", "-show-linked-files"), 22);
  }

  @Test
  void boundsOfSectionsAreTheSameInDumps() throws Exception {
    String object =
        workshop()
            .object(
                "bounds.o",
                """
                  .globl main
                  .type main, @function
                main:
                  leaq __start_things(%rip), %rax
                  leaq __stop_things(%rip), %rcx
                  leaq thing(%rip), %rdx
                  ret
                  .size main, .-main
                  .section things,"a"
                  .globl thing
                  .type thing, @object
                thing:
                  .quad 1
                  .size thing, 8
                """);
    assertSame(
        List.of(
            "-noexec",
            "-slab-allocate=64Kb",
            "-slab-page-size=4096",
            "-slab-address=0x10000",
            "-show-graphs=bounds",
            object),
        22);
  }

  @Test
  void contentsAreTheSame() throws Exception {
    String object =
        workshop()
            .object(
                "plain.o",
                """
                  .globl main
                  .type main, @function
                main:
                  leaq data(%rip), %rax
                  movl $data, %ecx
                  ret
                  .size main, .-main
                  .space 21
                  .globl other
                  .type other, @function
                other:
                  jmp main
                  .size other, .-other
                  .data
                  .globl data
                  .type data, @object
                data:
                  .quad main, data, 1, main - .
                  .size data, 32
                """);
    assertSame(
        List.of(
            "-noexec",
            "-slab-allocate=64Kb",
            "-slab-page-size=4096",
            "-slab-address=0x10008",
            "-show-relocated-section-contents",
            object));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64-linux-gnu", "i386-linux-gnu", "aarch64-linux-gnu"})
  void checksHaveTheSameResults(String triple) throws Exception {
    String checks = workshop().path("same.s").toString();
    assertSame(arguments(triple, "-slab-address=0x10000", "-check", checks));
    assertSame(arguments(triple, "-slab-address=0x10000", "-check", checks, "-check-name=wrong"));
  }

  @ParameterizedTest
  @CsvSource({
    "x86_64-linux-gnu, 'leaq v@tlsgd(%rip), %rdi', call __tls_get_addr@PLT",
    "aarch64-linux-gnu, 'adrp x0, :tlsdesc:v', 'ldr x1, [x0, :tlsdesc_lo12:v]'"
  })
  void threadLocalVariablesAreLinkedAlike(String triple, String first, String second)
      throws Exception {
    String object =
        workshop()
            .object(
                triple,
                "threads.o",
                """
                  .globl main
                  .type main, %%function
                main:
                  %s
                  %s
                  .size main, .-main
                  .data
                  .long 7
                  .section .tdata,"awT",%%progbits
                  .globl v
                  .p2align 2
                  .type v, %%object
                v:
                  .long 5
                  .size v, 4
                """
                    .formatted(first, second));
    assertSame(
        List.of(
            "-noexec",
            "-phony-externals",
            "-no-process-syms",
            "-slab-allocate=64Kb",
            "-slab-page-size=4096",
            "-slab-address=0x10000",
            "-show-graphs=.",
            object),
        22);
  }

  @Test
  void badCommandLinesHaveTheSameMessages() throws Exception {
    String object = arguments("x86_64-linux-gnu").getLast();
    for (List<String> line :
        List.of(
            List.of("-noexec", "nofile.o"),
            List.of("-noexec", "-abs", "foo", object),
            List.of("-noexec", "-abs", "foo=zz", object),
            List.of("-noexec", "-alias", "foo", object),
            List.of("-noexec", "-alias", "nowhere:a=b", object),
            List.of("-slab-allocate", "1Mb", "-slab-address", "0", object),
            List.of("-noexec", "-slab-page-size", "4096", object),
            List.of("-noexec", "-sectcreate", "a", object),
            List.of("-noexec", "-LX", "-lq", object),
            List.of("-noexec", "-entry", "absent", "-no-process-syms", object))) {
      Outcome ours = workshop().jitlink(line);
      Outcome theirs = workshop().llvmJitlink(22, line);
      assertThat(ours.status()).isEqualTo(theirs.status()).isEqualTo(1);
      String message = theirs.err().lines().findFirst().orElseThrow();
      assertThat(ours.err())
          .startsWith(message.replaceFirst("^\\S*llvm-jitlink:", "llvm-jitlink:"));
    }
  }
}
