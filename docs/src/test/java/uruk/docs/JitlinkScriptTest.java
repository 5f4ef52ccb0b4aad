package uruk.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code bin/uruk-jitlink} as a process of its own, found on the PATH as {@code llvm-jitlink},
 * beside the tool that it stands in for.
 */
class JitlinkScriptTest {
  private static final Path ROOT = Path.of(System.getProperty("uruk.root"));
  private static final long PATIENCE_SECONDS = 120;

  private static final String SOURCE =
      """
      # jitlink-check: section_addr(program.o, .text) = main
      # jitlink-check: *{4}number = 42
      # wrong: *{4}number = 41
        .text
        .globl main
        .type main, @function
      main:
        pushq %rbx
        movl %edi, %ebx
        movq 8(%rsi), %rdi
        call puts@PLT
        leal 39(%rbx), %eax
        popq %rbx
        ret
        .size main, .-main
        .data
        .globl number
        .type number, @object
      number:
        .long 42
        .size number, 4
      """;

  @TempDir private Path folder;

  private record Outcome(int status, String out, String err) {}

  @BeforeAll
  static void buildTheCommand() throws IOException, InterruptedException {
    Process build =
        new ProcessBuilder(ROOT.resolve("uruk").toString(), "--version").inheritIO().start();
    assertThat(build.waitFor()).isZero();
  }

  @BeforeEach
  void assemble() throws Exception {
    Files.createSymbolicLink(folder.resolve("llvm-jitlink"), ROOT.resolve("bin/uruk-jitlink"));
    Files.writeString(folder.resolve("program.s"), SOURCE);
    Outcome assembled =
        run("llvm-mc-22 -triple x86_64-linux-gnu -filetype=obj program.s -o program.o");
    assertThat(assembled.status).as(assembled.err).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "program.o -args program 'one word'",
        "-args-are-unknown program.o",
        "-noexec -no-process-syms program.o",
        "-noexec absent.o",
        "-noexec -slab-allocate=64Kb -slab-address=0x7000 -slab-page-size=4096 -check program.s program.o",
        "--noexec --slab-allocate 64Kb --slab-address 0 --check program.s --check-name wrong program.o",
        "-noexec -slab-allocate=64Kb -slab-address=0x7000 -slab-page-size=4096 -show-linked-files program.o",
        "-noexec -entry=nowhere program.o",
        "-noexec",
      })
  void doesWhatTheToolDoes(String arguments) throws Exception {
    Outcome theirs = run("llvm-jitlink-22 " + arguments);
    Outcome ours = run("PATH=.:$PATH llvm-jitlink " + arguments);

    assertThat(ours.status).as(ours.err).isEqualTo(theirs.status);
    assertThat(ours.out).isEqualTo(theirs.out);
    assertThat(beginning(ours.err)).startsWith(beginning(theirs.err));
  }

  /** The first line: what follows is our fuller text. */
  private static String beginning(String messages) {
    return messages
        .lines()
        .findFirst()
        .orElse("")
        .replaceFirst("^\\S*llvm-jitlink(?:-22)?:", "llvm-jitlink:")
        .replaceFirst(" +Try: .*", "");
  }

  @Test
  void linksOfAnyDepthLeadToTheCommand() throws Exception {
    Files.createDirectory(folder.resolve("tools"));
    Files.createSymbolicLink(folder.resolve("tools/jitlink"), Path.of("../llvm-jitlink"));
    Outcome outcome = run("tools/jitlink program.o -args program x");
    assertThat(outcome).isEqualTo(new Outcome(41, "x\n", ""));
  }

  private Outcome run(String command) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder("bash", "-c", command)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
