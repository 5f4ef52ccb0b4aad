package uruk.tools.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uruk.jitlink.LinkException;
import uruk.tools.CommandException;
import uruk.tools.Console;
import uruk.tools.UsageException;

class InspectCommandTest {
  @TempDir private Path folder;
  private String object = "";

  @BeforeEach
  void compile() throws Exception {
    Path source = folder.resolve("hello.cpp");
    Files.writeString(
        source,
        """
        extern "C" int puts(const char *);
        inline int twice(int a) { return a + a; }
        int counter;
        int (*chosen)(int) = twice;
        int main() { puts("hello"); return chosen(counter); }
        """);
    object = folder.resolve("hello.o").toString();
    run("g++", "-O1", "-fPIC", "-c", source.toString(), "-o", object);
  }

  private void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().directory(folder.toFile()).start();
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
  }

  private static String inspect(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      assertThat(new InspectCommand().run(List.of(arguments), new Console(stream, stream)))
          .isZero();
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void tablesOfAnObjectAreShown() {
    assertThat(inspect(object))
        .startsWith(object + ": ELF64 little-endian relocatable object for x86_64, ")
        .contains("Sections\n", "Symbols\n", "Relocations of .text\n")
        .containsPattern("FUNC +GLOBAL +DEFAULT +\\.text +main")
        .containsPattern("FUNC +WEAK +DEFAULT +\\.text._Z5twicei +twice\\(int\\) \\(_Z5twicei\\)")
        .containsPattern(
            "R_X86_64_PLT32 +BranchPCRel32 +Target - \\(Fixup \\+ 4\\) \\+ Addend : int32 +puts")
        .containsPattern("R_X86_64_64 +Pointer64 +Target \\+ Addend : 64 bits +twice")
        .containsPattern("twice\\(int\\) \\(_Z5twicei\\) +\\.text\\._Z5twicei")
        .doesNotContain("\u001b");
  }

  @Test
  void symbolIsShownWithItsReferencesAndCode() {
    assertThat(inspect(object, "--symbol", "main", "--disassemble"))
        .contains("Relocations in main\n", "<main>:", "call ")
        .doesNotContain("Sections\n");
    assertThat(inspect(object, "--symbol", "puts")).contains("References to puts\n");
    assertThatThrownBy(() -> inspect(object, "--symbol", "absent"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("has no symbol absent. Leave --symbol");
  }

  @Test
  void functionOfCPlusPlusIsDisassembledByItsMangledName() {
    assertThat(inspect(object, "--symbol", "_Z5twicei", "--disassemble"))
        .contains("Disassembly of section .text._Z5twicei:", "<twice(int)>:", "ret")
        .doesNotContain("Disassembly of section .text:");
  }

  @Test
  void graphOfOneSymbolHasOnlyTheSectionsAroundIt() {
    assertThat(inspect(object, "--after", "prune", "--symbol", "_Z5twicei"))
        .contains("section .text._Z5twicei:", "-   _Z5twicei", "External symbols:")
        .doesNotContain("section .bss:");
  }

  @Test
  void codeOfAMachineThatObjdumpDoesNotKnowIsSaidSo() throws Exception {
    Path source = Files.writeString(folder.resolve("a.s"), ".globl f\nf: ret\n");
    run("llvm-mc-22", "-triple=aarch64-linux-gnu", "-filetype=obj", source.toString(), "-o", "a.o");

    assertThat(inspect(folder.resolve("a.o").toString()))
        .contains("relocatable object for aarch64");
    assertThatThrownBy(() -> inspect(folder.resolve("a.o").toString(), "--disassemble"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("objdump does not know this object's machine. Install");
  }

  @Test
  @Timeout(60)
  void thirtyThousandSectionsWithTheirRelocationsArePrintedInTime() throws Exception {
    int count = 30_000;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(
          ".section .text.f%1$d,\"ax\"\n.globl f%1$d\nf%1$d: call f%2$d@PLT\nret\n"
              .formatted(i, (i + 1) % count));
    }
    Path source = Files.writeString(folder.resolve("big.s"), text);
    run("gcc", "-c", source.toString(), "-o", "big.o");

    String page = inspect(folder.resolve("big.o").toString());

    assertThat(page.lines().filter(line -> line.startsWith("Relocations of "))).hasSize(count);
  }

  @Test
  void jsonHoldsWhatTheTablesHold() {
    JsonObject document = JsonParser.parseString(inspect("--json", object)).getAsJsonObject();

    assertThat(document.get("schema").getAsInt()).isEqualTo(1);
    JsonObject file = document.getAsJsonArray("files").get(0).getAsJsonObject();
    assertThat(file.getAsJsonArray("symbols"))
        .extracting(JsonElement::getAsJsonObject)
        .anySatisfy(symbol -> assertThat(symbol.get("name").getAsString()).isEqualTo("main"));
    assertThat(file.getAsJsonArray("relocations"))
        .extracting(JsonElement::getAsJsonObject)
        .anySatisfy(line -> {
          assertThat(line.get("relocation").getAsString()).isEqualTo("R_X86_64_64");
          assertThat(line.get("formula").getAsString()).isEqualTo("Target + Addend");
        });
    assertThat(file.getAsJsonArray("groups")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void graphCanBeSeenAfterEveryPhase(Phase phase) {
    String name = phase.toString();
    assertThat(inspect(object, "--after", name)).contains("section .text:", "-   main");
    assertThat(inspect(object, "--graph", "dot", "--after", name))
        .startsWith("digraph \"")
        .contains("label=\".text R-X\"", "label=\"main\\n0x")
        .endsWith("}\n");
    JsonObject json =
        JsonParser.parseString(inspect(object, "--graph=json", "--after=" + name))
            .getAsJsonObject();
    assertThat(json.get("after").getAsString()).isEqualTo(name);
  }

  @Test
  void addressesArePretendedFromAllocationOn() {
    assertThat(inspect(object, "--after", "prune")).contains("block 0x0 ");
    assertThat(inspect(object, "--after", "allocate", "--address", "0x7000000"))
        .contains("block 0x7000000 ")
        .doesNotContain("block 0x0 ");
  }

  @Test
  void graphOfOneSymbolHasItsNeighboursOnly() {
    assertThat(inspect(object, "--graph", "dot", "--symbol", "chosen"))
        .contains("chosen\\n0x", "twice(int)\\n0x", "label=\"Pointer64\"")
        .doesNotContain("counter\\n0x");
  }

  @Test
  void archivesShowMembersAndIndex() throws Exception {
    String archive = folder.resolve("libhello.a").toString();
    run("ar", "rcs", archive, object);

    assertThat(inspect(archive))
        .startsWith(archive + ": archive of 1 members, with a symbol index")
        .containsPattern("main +hello\\.o");
    assertThat(inspect(archive, "--symbol", "main")).contains("libhello.a(hello.o): ELF64");
    assertThat(inspect(archive, "--member", "hello.o")).contains("Sections\n");
    assertThat(inspect("--json", archive)).contains("\"kind\": \"archive\"");
    assertThatThrownBy(() -> inspect(archive, "--member", "absent.o"))
        .hasMessageContaining("has no member absent.o");
  }

  @Test
  void outputGoesToAFile() throws IOException {
    Path output = folder.resolve("hello.dot");
    assertThat(inspect(object, "--graph", "dot", "-o", output.toString())).isEmpty();
    assertThat(output).content().startsWith("digraph");
  }

  @Test
  void whatIsNoObjectIsRefusedWithItsName() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.o"), "some text");
    assertThatThrownBy(() -> inspect(text.toString()))
        .isInstanceOf(LinkException.class)
        .hasMessageContaining("notes.o")
        .hasMessageContaining("a text file");
  }

  @Test
  void wrongWordsAreNamedWithThePossibleOnes() {
    assertThatThrownBy(() -> inspect(object, "--after", "lunch"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'lunch', only read, pre-prune");
    assertThatThrownBy(() -> inspect(object, "--graph", "svg"))
        .hasMessageContaining("'svg', only text, dot, json");
    assertThatThrownBy(() -> inspect()).hasMessageContaining("no file");
  }
}
