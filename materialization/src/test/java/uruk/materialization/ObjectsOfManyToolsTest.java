package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.graph.Section;
import uruk.jitlink.host.NativeCall;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;

/** Objects as the compilers, assemblers and linkers of a system write them. */
class ObjectsOfManyToolsTest {
  @TempDir private Path folder;
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  @BeforeEach
  void processIsVisible() {
    main.addGenerator(ProcessSymbols.all());
  }

  private int call(String function, long a, long b) {
    return (int) NativeCall.call(session.lookup(main, function).address(), a, b);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Path build(String object, String... command) throws IOException {
    Path output = folder.resolve(object);
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("-o", output.toString()));
    Compiler.run(words);
    return output;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gcc -O0",
        "gcc -Os -fPIC -ffunction-sections -fdata-sections",
        "clang-22 -O2 -fPIC",
        "clang-22 -O0 -fno-pic -mcmodel=large",
        "gcc -O2 -mcmodel=large -fPIC",
        "gcc -O2 -fno-plt -fPIC -g",
        "clang-22 -Oz -g -gz=zlib",
        "clang-22 -O1 -g -gz=zstd"
      })
  void compilersOfC(String compiler) throws IOException {
    Path source =
        file(
            "c.c",
            """
            #include <stdlib.h>
            #include <string.h>
            static const char *const names[] = {"zero", "one", "two"};
            static int calls;
            int mixed(int a, int b) {
              char *copy = strdup(names[a]);
              int length = (int) strlen(copy);
              free(copy);
              switch (b) {
                case 1: return length + 10; case 2: return length + 20; case 3: return length * 3;
                case 4: return length - 1; case 5: return length ^ 5; default: return ++calls;
              }
            }
            """);
    List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
    command.addAll(List.of("-c", source.toString()));
    layer.add(main, ObjectFile.read(build("c.o", command.toArray(String[]::new))));

    assertThat(call("mixed", 0, 1)).isEqualTo(14);
    assertThat(call("mixed", 2, 3)).isEqualTo(9);
    assertThat(call("mixed", 1, 9)).isEqualTo(1);
    assertThat(call("mixed", 1, 9)).isEqualTo(2);
  }

  @Test
  void nasm() throws IOException {
    Path source =
        file(
            "n.asm",
            """
            default rel
            global add_and_count:function
            section .data
            count: dq 100
            section .text
            add_and_count:
              inc qword [count]
              lea rax, [rdi+rsi]
              add rax, [count]
              ret
            """);
    layer.add(main, ObjectFile.read(build("n.o", "nasm", "-f", "elf64", source.toString())));

    assertThat(call("add_and_count", 1, 2)).isEqualTo(104);
  }

  /** The 32-bit address places the object low; nasm's calls are plain distances all the same. */
  @Test
  void nasmCallsAndJumpsToTheProcess() throws IOException {
    Path source =
        file(
            "far.asm",
            """
            default rel
            extern labs, atoi
            global call_twice:function, jump, jump_if_negative
            section .rodata
            text: db "41", 0
            section .text
            call_twice:
              push rbx
              call labs
              mov rbx, rax
              mov edi, text
              call atoi
              add rax, rbx
              pop rbx
              ret
            jump:
              jmp labs
            jump_if_negative:
              mov rax, rdi
              test rdi, rdi
              js near labs
              ret
            """);
    layer.add(main, ObjectFile.read(build("far.o", "nasm", "-f", "elf64", source.toString())));

    assertThat(call("call_twice", -1, 0)).isEqualTo(42);
    assertThat(call("jump", -7, 0)).isEqualTo(7);
    assertThat(call("jump_if_negative", -8, 0)).isEqualTo(8);
    assertThat(call("jump_if_negative", 9, 0)).isEqualTo(9);
  }

  @Test
  void ocamlopt() throws IOException {
    Path source = file("o.ml", "let add a b = a + b");
    Compiler.run(List.of("ocamlopt", "-c", source.toString()));
    ObjectFile object = ObjectFile.read(folder.resolve("o.o"));

    assertThat(object.symbols().definitions())
        .anySatisfy(definition -> assertThat(definition.name()).startsWith("camlO"));
    assertThat(object.linkGraph().definedSymbols()).isNotEmpty();
  }

  @Test
  void relocatableOutputOfTheLinkerIsLinked() throws IOException {
    List<String> objects = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Path source =
          file(
              "p%d.cpp".formatted(i),
              """
              inline int shared() { static int count; return ++count; }
              extern "C" int part%1$d() { return shared() * 0 + %1$d; }
              """
                  .formatted(i));
      Path object = folder.resolve("p%d.o".formatted(i));
      Compiler.run(
          List.of(
              "g++",
              "-c",
              "-fPIC",
              "-ffunction-sections",
              source.toString(),
              "-o",
              object.toString()));
      objects.add(object.toString());
    }
    List<String> command = new ArrayList<>(List.of("ld", "-r", "--unique"));
    command.addAll(objects);
    layer.add(main, ObjectFile.read(build("whole.o", command.toArray(String[]::new))));

    assertThat(call("part0", 0, 0)).isZero();
    assertThat(call("part39", 0, 0)).isEqualTo(39);
  }

  @Test
  void thousandsOfSectionsOfOneNameAreOneSectionOfTheGraph() throws IOException {
    StringBuilder text = new StringBuilder();
    int count = 5000;
    for (int i = 0; i < count; i++) {
      text.append(
          """
          .section .text.same, "ax", @progbits, unique, %1$d
          .globl same%1$d
          same%1$d: mov $%1$d, %%eax
          ret
          """
              .formatted(i));
    }
    layer.add(main, Compiler.assembly("same", text.toString()));

    assertThat(call("same0", 0, 0)).isZero();
    assertThat(call("same" + (count - 1), 0, 0)).isEqualTo(count - 1);
  }

  /** Crossed references, so that merged sections would show. */
  @Test
  void relocatableOutputWithThousandsOfSectionsOfOneNameIsLinked() throws IOException {
    int count = 5000;
    List<String> command = new ArrayList<>(List.of("ld", "-r", "--unique"));
    for (int half = 0; half < 2; half++) {
      StringBuilder text = new StringBuilder();
      for (int i = half; i < count; i += 2) {
        text.append(".section .text.same, \"ax\", @progbits, unique, %d\n".formatted(i));
        text.append(".globl g%1$d\ng%1$d: ".formatted(i));
        text.append(
            i + 1 < count
                ? "call g%d@PLT\nadd $1, %%eax\nret\n".formatted(i + 1)
                : "mov $1, %eax\nret\n");
      }
      Path source = file("half%d.s".formatted(half), text.toString());
      command.add(build("half%d.o".formatted(half), "as", source.toString()).toString());
    }
    ObjectFile whole = ObjectFile.read(build("whole.o", command.toArray(String[]::new)));
    layer.add(main, whole);

    Section same = whole.linkGraph().findSection(".text.same");
    assertThat(same).isNotNull();
    assertThat(same.blocks()).hasSize(count);
    assertThat(call("g0", 0, 0)).isEqualTo(count);
  }

  @Test
  void rustc() throws IOException {
    Path source =
        file(
            "r.rs",
            """
            static mut CALLS: i32 = 0;
            static NAMES: [&str; 3] = ["zero", "one", "two"];
            #[no_mangle]
            pub extern "C" fn letters(a: usize, b: i32) -> i32 {
                unsafe { CALLS += 1 };
                match NAMES.get(a) {
                    Some(name) => name.bytes().map(i32::from).sum::<i32>() + b,
                    None => unsafe { CALLS },
                }
            }
            """);
    for (String level : List.of("0", "2")) {
      Path object =
          build(
              "r" + level + ".o",
              "rustc",
              "--crate-type=lib",
              "--emit=obj",
              "-Coverflow-checks=off",
              "-Cpanic=abort",
              "-Ccodegen-units=1",
              "-Copt-level=" + level,
              source.toString());
      JITDylib dylib = session.createJITDylib("rust" + level);
      dylib.addGenerator(ProcessSymbols.all());
      layer.add(dylib, ObjectFile.read(object));
      if (level.equals("2")) {
        long letters = session.lookup(dylib, "letters").address();
        assertThat((int) NativeCall.call(letters, 1, 5)).isEqualTo('o' + 'n' + 'e' + 5);
        assertThat((int) NativeCall.call(letters, 9, 5)).isEqualTo(2);
      }
    }
  }

  @Test
  void hundredThousandSectionsAreLinked() throws IOException {
    StringBuilder text = new StringBuilder();
    int count = 100_000;
    for (int i = 0; i < count; i++) {
      text.append(".section .text.f%1$d,\"ax\"\n".formatted(i));
      if (i % 1000 == 0) {
        text.append(".globl f%1$d\n".formatted(i));
      }
      text.append("f%1$d: jmp f%2$d\n".formatted(i, Math.min(i + 1, count)));
    }
    text.append(".section .text.last,\"ax\"\nf%d: mov $77, %%eax\nret\n".formatted(count));
    ObjectFile object = Compiler.assembly("huge", text.toString());
    layer.add(main, object);

    assertThat(call("f0", 0, 0)).isEqualTo(77);
    assertThat(call("f99000", 0, 0)).isEqualTo(77);
  }

  @ParameterizedTest
  @ValueSource(strings = {"zlib", "zstd"})
  void compressedSectionsAreReadAsTheyWereBefore(String compression) throws IOException {
    byte[] plain = debugStrings("none");

    assertThat(new String(plain, StandardCharsets.UTF_8)).contains("name_of_a_variable");
    assertThat(debugStrings(compression)).isEqualTo(plain);
  }

  private byte[] debugStrings(String compression) throws IOException {
    Path source =
        file("z.c", "int f(int a) { int name_of_a_variable = a * 3; return name_of_a_variable; }");
    ObjectFile object =
        ObjectFile.read(
            build("z.o", "clang-22", "-c", "-g", "-gz=" + compression, source.toString()));
    Section section =
        object
            .linkGraph(Set.of(ObjectFile.ReadOption.NON_ALLOC_SECTIONS))
            .findSection(".debug_str");
    assertThat(section).isNotNull();
    return section.blocks().iterator().next().contentCopy();
  }

  @Test
  void mergeableStringsOfSeveralObjectsStayRight() {
    for (String name : List.of("a", "b", "c")) {
      layer.add(
          main,
          Compiler.c(
              name,
              "#include <string.h>\nconst char *text_%1$s(void) { return \"the same text\"; }"
                      .formatted(name)
                  + " int check_%1$s(void) { return strcmp(text_%1$s() + 4, \"same text\"); }"
                      .formatted(name)));
    }
    assertThat(call("check_a", 0, 0)).isZero();
    assertThat(call("check_b", 0, 0)).isZero();
    assertThat(call("check_c", 0, 0)).isZero();
  }

  @Test
  void programHeadersAreIgnored() {
    byte[] bytes = Compiler.bytes("gcc", "p.c", "int seven(void) { return 7; }");
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(32, 64); // e_phoff
    header.putShort(54, (short) 56); // e_phentsize
    header.putShort(56, (short) 3); // e_phnum
    layer.add(main, ObjectFile.of("p.o", bytes));

    assertThat(call("seven", 0, 0)).isEqualTo(7);
  }
}
