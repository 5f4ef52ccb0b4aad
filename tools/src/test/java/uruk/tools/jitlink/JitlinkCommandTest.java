package uruk.tools.jitlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.tools.jitlink.Workshop.Outcome;

class JitlinkCommandTest {
  private static final String PROGRAM =
      """
      # jitlink-check: decode_operand(main, 0) = ext - next_pc(main)
      # jitlink-check: *{8}variable = 42
      # jitlink-check: section_addr(program.o, .text) = main
      # twisted: *{8}variable = 43
      # twisted: missing = 1
        .text
        .globl main
        .type main, @function
      main:
        call ext
        leaq text(%rip), %rdi
        ret
        .size main, .-main
        .data
        .globl variable
      variable:
        .quad 42
        .size variable, 8
        .section .rodata
      text:
        .asciz "text"
      """;

  private static final List<String> AT_0X10000 =
      List.of(
          "-noexec",
          "-slab-allocate",
          "100Kb",
          "-slab-address",
          "0x10000",
          "-slab-page-size",
          "4096");

  @TempDir private Path folder;
  private Workshop workshop;
  private String program = "";

  @BeforeEach
  void assemble() throws Exception {
    workshop = new Workshop(folder);
    program = workshop.object("program.o", PROGRAM);
  }

  private Outcome link(String... more) {
    List<String> arguments = new ArrayList<>(AT_0X10000);
    arguments.addAll(List.of(more));
    return workshop.jitlink(arguments);
  }

  private static void assertFails(Outcome outcome, String message) {
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).startsWith(message);
  }

  // Running ---------------------------------------------------------------------------------------

  @Test
  void statusIsThatOfMainWhoseArgumentsBeginWithTheFirstWordGiven() throws Exception {
    String counting =
        workshop.object(
            "counting.o",
            """
              .globl main
            main:
              movq (%rsi), %rax
              movsbl (%rax), %eax
              addl %edi, %eax
              ret
            """);
    assertThat(workshop.jitlink(counting, "-args", "A", "-noexec").status()).isEqualTo('A' + 2);
  }

  @Test
  void initializersRunBeforeMain() throws Exception {
    Path source =
        workshop.write("init.cpp", "static int n = [] { return 7; }(); int main() { return n; }");
    workshop.tool("clang++-22", "-c", source.toString(), "-o", workshop.path("init.o").toString());
    assertThat(workshop.jitlink(workshop.path("init.o").toString()).status()).isEqualTo(7);
  }

  @Test
  void cxxRunTimeLibraryIsThere() throws Exception {
    Path source =
        workshop.write(
            "thrower.cpp", "int main() { try { throw 5; } catch (int caught) { return caught; } }");
    workshop.tool("clang++-22", "-c", source.toString(), "-o", workshop.path("t.o").toString());
    Outcome outcome = workshop.jitlink(workshop.path("t.o").toString());
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(5);
  }

  @Test
  void debuggersAndPerfAreToldOfWhatRuns() throws Exception {
    String three = workshop.object("three.o", ".globl main\nmain: movl $3, %eax\n ret\n");
    Outcome outcome = workshop.jitlink("-debugger-support", "-perf-support", three);
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(3);
    assertThat(Path.of("/tmp", "perf-%d.map".formatted(ProcessHandle.current().pid())))
        .content()
        .contains(" main");
  }

  @Test
  void crashIsAnErrorWithItsPlace() throws Exception {
    String crashing = workshop.object("crash.o", ".globl main\nmain: movl 0, %eax\n ret\n");
    Outcome outcome = workshop.jitlink(crashing);
    assertFails(outcome, "llvm-jitlink error: ");
    assertThat(outcome.err()).contains("main");
  }

  @Test
  void objectsOfOtherMachinesAreOnlyLinked() throws Exception {
    for (String target : List.of("i386", "aarch64", "aarch64_be")) {
      String foreign =
          workshop.object(target + "-linux-gnu", "foreign.o", ".globl main\nmain: ret\n");
      assertThat(workshop.jitlink("-noexec", foreign).status()).isZero();
      assertFails(
          workshop.jitlink(foreign),
          "llvm-jitlink: the inputs are for %s and this process is x86_64: use -noexec"
              .formatted(target));
    }
  }

  // Checks ----------------------------------------------------------------------------------------

  @Test
  void checksThatHoldAreSilent() {
    Outcome outcome =
        link("-phony-externals", "-check", workshop.path("program.s").toString(), program);
    assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void checksFail() {
    Outcome outcome =
        link(
            "-phony-externals",
            "-check=" + workshop.path("program.s"),
            "--check-name=twisted",
            program);
    assertFails(
        outcome,
        """
        Expression '*{8}variable = 43' is false: 0x2a != 0x2b
        Error evaluating expression 'missing = 1': No known address for symbol 'missing'
        llvm-jitlink: Some checks in %s failed
        """
            .formatted(workshop.path("program.s")));
  }

  @Test
  void fileWithoutChecksProvesNothing() throws Exception {
    Path empty = workshop.write("empty.s", "# jitlink: 1 = 1\n");
    assertFails(
        link("-phony-externals", "-check", empty.toString(), program),
        "There is no line \"# jitlink-check: …\" in " + empty);
  }

  @Test
  void inputsOfOneNameCannotBeChecked() {
    assertFails(
        link("-check", workshop.path("program.s").toString(), program, program),
        "llvm-jitlink: When -check is passed, file names must be distinct (duplicate: \"program.o\")");
  }

  // Inputs ----------------------------------------------------------------------------------------

  private String caller() throws Exception {
    return workshop.object("caller.o", ".globl main\nmain: call callee\n ret\n");
  }

  private String callee() throws Exception {
    return workshop.object(
        "callee.o", ".globl callee\ncallee: movl $3, %eax\n ret\nhelper: movl $9, %eax\n ret\n");
  }

  @Test
  void archiveMemberIsLinkedWhenNeeded() throws Exception {
    String archive = workshop.archive("libmine.a", program, callee());
    Outcome outcome = link("-show-linked-files", caller(), archive);
    assertThat(outcome.out())
        .isEqualTo("Linking %s\nLinking %s[1](callee.o)\n".formatted(caller(), archive));
    assertThat(link("-all_load", caller(), archive).err()).contains("duplicate definition of main");
  }

  @Test
  void librariesAreFoundInTheFoldersOfTheirDylib() throws Exception {
    workshop.archive("libmine.a", callee());
    assertThat(workshop.jitlink(caller(), "-lmine", "-L", folder.toString()).status()).isEqualTo(3);
    assertFails(
        link(caller(), "-l", "mine", "-jd", "other", "-L", folder.toString()),
        "llvm-jitlink: While linking main, could not find library for -lmine");
    assertFails(
        link(caller(), "-lmine", "-L/nowhere"),
        "llvm-jitlink: While linking main, -L/nowhere does not point to a directory");
  }

  @Test
  void hiddenLibraryServesItsOwnDylibOnly() throws Exception {
    String archive = workshop.archive("libmine.a", callee());
    assertThat(link(caller(), "-load_hidden", archive, "-show-entry-es").out())
        .containsPattern("\"callee\": 0x\\p{XDigit}+ \\[Data\\]\\[Hidden\\] Ready");
    assertFails(
        link(caller(), "-lother", "-jd", "other", "-L" + folder, "-hidden-lmine"),
        "llvm-jitlink error: Symbols not found: [ callee ]");
  }

  @Test
  void dylibsLinkAgainstEachOtherByName() throws Exception {
    Outcome outcome = link("-lother", caller(), "-jd", "other", callee(), "-show-entry-es");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains(
            """
            Link order: [ ("main", MatchAllSymbols), ("other", MatchExportedSymbolsOnly), \
            ("Process", MatchExportedSymbolsOnly) ]
            """);
    assertFails(
        link(caller(), "-jd", "other", callee()),
        "llvm-jitlink error: Symbols not found: [ callee ]");
  }

  @Test
  void aliasesReachOtherDylibs() throws Exception {
    assertThat(workshop.jitlink("-alias", "main=other:callee", "-jd", "other", callee()).status())
        .isEqualTo(3);
    assertFails(
        link("-alias=a=nowhere:b", program),
        "llvm-jitlink: In alias definition \"a=nowhere:b\" no dylib named nowhere");
  }

  @Test
  void absoluteSymbolsAndSectionsFromFilesAreDefined() throws Exception {
    Files.writeString(folder.resolve("bytes"), "ABCDEFGH");
    String user =
        workshop.object(
            "user.o",
            """
            # jitlink-check: *{8}main = absolute
            # jitlink-check: *{2}part = 0x4443
              .globl main
            main:
              .quad absolute, part
            """);
    Outcome outcome =
        link(
            "-abs",
            "absolute=0xffffffff00000001",
            "-sectcreate",
            "sec," + folder.resolve("bytes") + "@whole=0,part=2",
            "-check",
            workshop.path("user.s").toString(),
            user);
    assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void harnessReachesLocalFunctionsAndInterposes() throws Exception {
    String tested =
        workshop.object(
            "tested.o",
            """
              .globl interposed
            helper:
              call interposed
              addl $1, %eax
              ret
            interposed:
              movl $1, %eax
              ret
            """);
    String harness =
        workshop.object(
            "harness.o",
            """
              .globl main, interposed
            main:
              subq $8, %rsp
              call helper
              addq $8, %rsp
              ret
            interposed:
              movl $40, %eax
              ret
            """);
    assertThat(workshop.jitlink(tested, "-harness", harness).status()).isEqualTo(41);
  }

  @Test
  void selfRelocationsChangeNothingThatIsLinked() throws Exception {
    String self =
        workshop.object(
            "self.o",
            """
              .globl main
              .type main, @function
            main:
              movl constant(%rip), %eax
              ret
            constant:
              .long 6
              .size main, .-main
            """);
    Outcome outcome = link("-add-self-relocations", "-show-graphs=self", self);
    assertThat(outcome.out())
        .contains(
            "0x10002 (block + 0x00000002), addend = +0x00000003, kind = Delta32, target = main");
    assertThat(workshop.jitlink("-add-self-relocations", self).status()).isEqualTo(6);
  }

  @Test
  void severalThreadsMayLink() throws Exception {
    assertThat(workshop.jitlink("-num-threads=2", caller(), callee()).status()).isEqualTo(3);
  }

  // Output ----------------------------------------------------------------------------------------

  @Test
  void helpListsTheOptions() {
    Outcome outcome = workshop.jitlink("--help");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains(
            "-sectcreate SEC,FILE[@SYM=OFF,...]", "-args ARGUMENT...", "-oop-executor[=VALUE]");
  }

  @Test
  void sizesAreCounted() {
    assertThat(
            link(
                    "-phony-externals",
                    "-pre-prune-total-block-size",
                    "-post-fixup-total-block-size",
                    program)
                .out())
        .matches(
            """
            Statistics:
              Total size of all blocks before pruning: 26
              Total size of all blocks after fixups: \\d+
            """);
  }

  @Test
  void symbolTableNamesTheAddressesOfABacktrace() throws Exception {
    Path table = workshop.path("symbols");
    assertThat(link("-phony-externals", "-write-symtab", table.toString(), program).status())
        .isZero();
    assertThat(table).hasContent("\"%s\"\n0x11000 variable\n0x12000 main\n".formatted(program));
    Path log =
        workshop.write(
            "log", "#0 0x12005\n#1 0x0000000000011003 \nno address\n#2 0x12 xx\n#3 0x12000\n");
    assertThat(workshop.jitlink("-symbolicate-with", table.toString(), log.toString()).out())
        .isEqualTo(
            """
            #0 0x12005 main + 5 (%1$s)
            #1 0x0000000000011003 variable + 3 (%1$s)
            no address
            #2 0x12 xx
            #3 0x12000 main (%1$s)
            """
                .formatted(program));
    assertFails(
        workshop.jitlink("-symbolicate-with", log.toString(), log.toString()),
        "llvm-jitlink: %s is not a symbol table of -write-symtab".formatted(log));
  }

  // Bad command lines and inputs
  // --------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-noexec | Not enough positional command line arguments specified!",
        "-noexe x.o | Unknown command line argument '-noexe'. Did you mean '-noexec'?",
        "x.o -check | for the --check option: requires a value!",
        "x.o -L | for the -L option: requires a value!",
        "-noexec=maybe x.o | for the --noexec option: 'maybe' is invalid value for boolean argument!",
        "-num-threads=x x.o | for the --num-threads option: 'x' value invalid for ulong argument!",
        "-slab-address 0 x.o | -slab-address requires -slab-allocate and -noexec",
        "-slab-page-size 4096 x.o | -slab-page-size requires -slab-allocate",
        "-noexec -slab-allocate 1Qb x.o | Invalid numeric format for slab size",
        "-noexec -slab-allocate 1Mb -slab-page-size 3 x.o | -slab-page-size 3 is not a power of two",
        "-noexec x.o | 'x.o': No such file or directory",
        "-show-graphs=( P | for the --show-graphs option: '(' is no regular expression",
        "-noexec -abs foo P | Invalid absolute define \"foo\". Syntax: <name>=<addr>",
        "-noexec -abs a=zz P | Invalid address expression \"zz\" in absolute symbol definition \"a=zz\"",
        "-noexec -alias foo P | Invalid alias definition \"foo\".",
        "-noexec -sectcreate a P | In -sectcreate=a, filename component cannot be empty",
        "-noexec -sectcreate a,nofile P | 'nofile': No such file or directory",
        "-noexec -sectcreate a,P@x P | In -sectcreate=a,P@x,  is not a valid integer",
        "-noexec -preload no.so P | dlopen of no.so failed: no.so: cannot open shared object file",
        "-noexec -load_hidden P P | P is not an archive, which -load_hidden needs",
        "-triple sparc-linux P | -triple sparc-linux: there is no target sparc, only x86_64",
        "-noexec P P | In P, duplicate definition of main",
      })
  void badCommandLineIsRefused(String line, String message) {
    String[] words = line.replace("P", program).split(" +");
    assertFails(workshop.jitlink(words), "llvm-jitlink: " + message.replace("P", program));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-lazy=P",
        "-speculate=simple",
        "-speculate-order=f",
        "-record-lazy-execs=f",
        "-weak-lfoo",
        "-weak_library=f",
        "-orc-runtime=f",
        "-oop-executor",
        "-oop-executor-connect=h:1",
        "-use-memmgr=shared",
        "-vtune-support"
      })
  void laterWorkSaysSo(String option) {
    Outcome outcome = workshop.jitlink("-noexec", option, program);
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains(" is not supported yet: ", " is still to be built");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-speculate=none", "-use-memmgr=default", "-vtune-support=false"})
  void laterWorkThatIsNotAskedForIsFine(String option) {
    assertThat(link("-phony-externals", option, program).status()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | an empty file",
        "cffaedfe 07000001 | a Mach-O file, of which support is still to be built",
        "6486 0100 00000000 | a COFF object, of which support is still to be built",
        "68690a | a text file",
        "4243c0de 35140000 | LLVM bitcode",
      })
  void filesOfOtherKindsAreNamed(String hex, String kind) throws Exception {
    String digits = hex.equals("0") ? "" : hex.replace(" ", "");
    Path file = Files.write(folder.resolve("odd"), HexFormat.of().parseHex(digits));
    Outcome outcome = workshop.jitlink("-noexec", file.toString());
    assertFails(
        outcome,
        "llvm-jitlink: %s does not contain a relocatable object file or archive".formatted(file));
    assertThat(outcome.err()).contains(kind);
  }

  @Test
  void damagedObjectIsAnError() throws Exception {
    byte[] bytes = Files.readAllBytes(Path.of(program));
    for (int size = 64; size < bytes.length; size += 37) {
      Path cut = Files.write(folder.resolve("cut.o"), Arrays.copyOf(bytes, size));
      assertFails(workshop.jitlink("-noexec", cut.toString()), "llvm-jitlink");
    }
  }

  @Test
  void missingSymbolIsToldOnceWithWhoNeedsIt() {
    Outcome outcome = link(program);
    assertFails(
        outcome, "llvm-jitlink error: Symbols not found: [ ext ]\n  ext: needed by " + program);
    assertThat(outcome.err()).containsOnlyOnce("Symbols not found");
    assertThat(link("-show-err-failed-to-materialize", program).err())
        .contains("llvm-jitlink error: Failed to materialize symbols: ");
  }

  @Test
  void valueOutOfRangeIsAnError() throws Exception {
    String far = workshop.object("far.o", ".globl main\nmain: movl $far, %eax\n ret\n");
    assertFails(
        link("-abs", "far=0x123456789a", far),
        "llvm-jitlink error: In graph %s, section .text: relocation target \"far\" at address 0x123456789a (far) is out of range of Pointer32 fixup at address 0x10001"
            .formatted(far));
  }
}
