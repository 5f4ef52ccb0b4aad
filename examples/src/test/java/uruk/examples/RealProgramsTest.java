package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.examples.RealProgram.Finished;

/**
 * Programs that nobody here wrote print, linked by us, byte for byte what they print linked by the
 * system's linker. The ledger shows that the library's members were linked, not that the process
 * had the library loaded.
 */
class RealProgramsTest {

  @TempDir private Path folder;

  @Test
  void printArgsFromTwoObjects() throws Exception {
    RealProgram program =
        new RealProgram(
            "print-args",
            List.of(),
            List.of(RealProgram.file("print-args", "print-args.c")),
            List.of(),
            List.of("a", "b", "c"));
    Finished ours = runsAlike(program);
    assertThat(ours.output()).isEqualTo("arg 0 is \"a\"\narg 1 is \"b\"\narg 2 is \"c\"\n");
    assertThat(ours.linkedObjects()).hasSize(2);
  }

  @Test
  void zlibRestoresAMegabyte() throws Exception {
    Path library = RealProgram.staticLibrary(folder, "libz.a");
    RealProgram program =
        new RealProgram("zlib-round-trip", List.of("-O2"), List.of(library), List.of(), List.of());
    Finished ours = runsAlike(program);
    assertMembersLinked(ours, "libz.a", "deflate.o", "inflate.o", "adler32.o", "crc32.o");
  }

  @Test
  void luaRunsAScript() throws Exception {
    Path library = RealProgram.staticLibrary(folder, "liblua5.4.a");
    RealProgram program =
        new RealProgram(
            "lua-script",
            List.of("-O2", "-I/usr/include/lua5.4"),
            List.of(library),
            List.of("-lm", "-ldl"),
            List.of(RealProgram.file("lua-script", "script.lua").toString(), "x", "y"));
    Finished ours = runsAlike(program);
    assertMembersLinked(ours, "liblua5.4.a", "lvm.o", "lapi.o", "lgc.o", "lstrlib.o");
  }

  @Test
  void sqliteAmalgamationInsertsAndQueries() throws Exception {
    Path amalgamation = RealProgram.sqliteAmalgamation(folder);
    RealProgram program =
        new RealProgram(
            "sqlite-inserts",
            List.of("-I" + amalgamation),
            List.of(amalgamation.resolve("sqlite3.c")),
            List.of("-lm", "-ldl", "-lpthread"),
            List.of());
    Finished ours = runsAlike(program);
    assertThat(ours.linkedObjects()).hasSize(2);
  }

  @Test
  void sqliteFromItsArchiveInsertsAndQueries() throws Exception {
    Path library = RealProgram.staticLibrary(folder, "libsqlite3.a");
    RealProgram program =
        new RealProgram(
            "sqlite-inserts",
            List.of("-O2"),
            List.of(library),
            List.of("-lm", "-ldl", "-lpthread"),
            List.of());
    Finished ours = runsAlike(program);
    assertMembersLinked(ours, "libsqlite3.a", "vdbe.o", "btree.o", "pager.o");
  }

  @Test
  void sqlitesShellAnswersAsTheOrdinaryOneDoes() throws Exception {
    Path shell = RealProgram.sqliteAmalgamation(folder).resolve("shell.c");
    Path library = RealProgram.staticLibrary(folder, "libsqlite3.a");
    String statements =
        "create table t(a,b); insert into t values(1,'x'),(2,'y');\n.mode json\nselect * from t;\n"
            + "select sum(a), json_object('k', max(b)) from t;\n";
    Path executable = folder.resolve("ordinary-shell");
    List<String> libraries = List.of("-lm", "-ldl", "-lpthread");
    List<String> link =
        new ArrayList<>(List.of("cc", "-o", executable.toString(), shell.toString()));
    link.add(library.toString());
    link.addAll(libraries);
    assertThat(RealProgram.finish(folder, link).status()).isZero();
    Finished ordinary =
        RealProgram.finish(folder, List.of(executable.toString(), "-batch"), statements);

    List<String> run =
        new ArrayList<>(UrukCommand.command("run", shell.toString(), library.toString()));
    run.addAll(libraries);
    run.addAll(List.of("--", "-batch"));
    Finished ours = RealProgram.finish(folder, run, statements);

    assertThat(ours).isEqualTo(ordinary);
    assertThat(ours.output()).contains("{\"a\":2,\"b\":\"y\"}");
  }

  @Test
  void luaFromSourceRunsAScript() throws Exception {
    Path sources = RealProgram.preparedFolder(folder, "lua-source");
    List<Path> inputs;
    try (Stream<Path> files = Files.list(sources)) {
      inputs =
          files
              .filter(file -> file.toString().endsWith(".c"))
              .filter(file -> !file.endsWith("lua.c") && !file.endsWith("luac.c"))
              .sorted()
              .toList();
    }
    RealProgram program =
        new RealProgram(
            "lua-script",
            List.of("-g", "-ffunction-sections", "-DLUA_USE_LINUX", "-I" + sources),
            inputs,
            List.of("-lm"),
            List.of(RealProgram.file("lua-script", "script.lua").toString(), "x", "y"));
    Finished ours = runsAlike(program);
    assertThat(ours.linkedObjects()).hasSizeGreaterThan(25);
  }

  @Test
  void opensslDigestsEncryptsAndSigns() throws Exception {
    Path library = RealProgram.staticLibrary(folder, "libcrypto.a");
    RealProgram program =
        new RealProgram(
            "openssl-digests",
            List.of("-O1"),
            List.of(library),
            List.of("-ldl", "-lpthread"),
            List.of());
    Finished ours = runsAlike(program);
    assertThat(ours.output()).contains("SHA256   9e5b88fb19a9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-fPIE", "-fPIC"})
  void cplusplusThrowsAndJoinsThreads(String model) throws Exception {
    Finished ours = runsAlike(cplusplus(List.of("-O1", model), List.of()));
    assertThat(ours.output()).contains("refused: side -1", "in a thread: 7");
  }

  @Test
  void cplusplusWithItsLibraryAsAnArchive() throws Exception {
    Path library = RealProgram.staticLibrary(folder, "libstdc++.a");
    Finished ours = runsAlike(cplusplus(List.of("-O1"), List.of(library)));
    assertMembersLinked(ours, "libstdc++.a", "eh_throw.o", "thread.o");
  }

  private static RealProgram cplusplus(List<String> options, List<Path> libraries) {
    return new RealProgram("cpp-shapes", options, libraries, List.of("-lpthread"), List.of());
  }

  @Test
  void ocamlsCompleteObjectPlacesQueens() throws Exception {
    Path source =
        Files.copy(RealProgram.file("ocaml-queens", "queens.ml"), folder.resolve("queens.ml"));
    Path complete = folder.resolve("complete.o");
    Finished compiled =
        RealProgram.finish(
            folder,
            List.of(
                "ocamlopt", "-output-complete-obj", "-o", complete.toString(), source.toString()));
    assertThat(compiled.status()).as(compiled.messages()).isZero();
    RealProgram program =
        new RealProgram(
            "ocaml-queens",
            List.of("-O1"),
            List.of(complete),
            List.of("-lm", "-ldl"),
            List.of("clay", "reed"));
    Finished ours = runsAlike(program);
    assertThat(ours.output()).isEqualTo("92 queens, 100 words\nno clay\nclay\nreed\n");
  }

  private Finished runsAlike(RealProgram program) throws IOException, InterruptedException {
    Finished ordinary = program.runOrdinarily(folder);
    Finished ours = program.runLinkedByUruk(folder);
    assertThat(ours.status()).as(ours.messages()).isEqualTo(ordinary.status()).isZero();
    assertThat(ours.output()).isEqualTo(ordinary.output()).isNotEmpty();
    return ours;
  }

  private static void assertMembersLinked(Finished ours, String archive, String... members) {
    for (String member : members) {
      assertThat(ours.linkedObjects())
          .anyMatch(name -> name.contains(archive) && name.contains(member));
    }
  }
}
