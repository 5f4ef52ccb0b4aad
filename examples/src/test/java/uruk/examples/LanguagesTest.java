package uruk.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import uruk.examples.RealProgram.Finished;

/** Sources in other languages than C, and sources that are scripts. */
class LanguagesTest {

  @TempDir private Path folder;

  private UrukCommand uruk() {
    return new UrukCommand(folder);
  }

  @Test
  void cplusplusBringsItsLibraryAsItsCompilerDoes() throws Exception {
    uruk()
        .write(
            "range.cpp",
            """
            #include <iostream>
            #include <stdexcept>
            #include <vector>
            thread_local int seen = 4;
            int main(int argc, char **argv) {
              std::vector<int> numbers{1, 2};
              try {
                return numbers.at(argc + 5);
              } catch (const std::out_of_range &) {
                std::cout << "out of range " << seen << std::endl;
              }
              return 3;
            }
            """);
    Finished ours = uruk().run("range.cpp");

    assertThat(ours).isEqualTo(new Finished(3, "out of range 4\n", ""));
  }

  @Test
  void rustBringsItsStandardLibrary() throws Exception {
    uruk()
        .write(
            "words.rs",
            """
            use std::collections::BTreeMap;
            use std::panic;
            fn main() {
                let mut counts = BTreeMap::new();
                for word in std::env::args().skip(1) {
                    *counts.entry(word).or_insert(0) += 1;
                }
                println!("{counts:?}");
                panic::set_hook(Box::new(|_| {}));
                println!("{}", panic::catch_unwind(|| panic!("caught")).is_err());
                std::process::exit(counts.len() as i32);
            }
            """);

    assertThat(uruk().run("words.rs", "--", "a", "b", "a"))
        .isEqualTo(new Finished(2, "{\"a\": 2, \"b\": 1}\ntrue\n", ""));
    // From the cache this time.
    assertThat(uruk().run("words.rs").output()).isEqualTo("{}\ntrue\n");
  }

  @Test
  void aFunctionOfRustIsCalled() throws Exception {
    uruk()
        .write(
            "sum.rs",
            """
            #[no_mangle]
            pub extern "C" fn sum(a: i32, b: i32) -> i32 {
                vec![a, b].iter().sum()
            }
            """);

    assertThat(uruk().run("-O", "sum.rs", "--call", "int sum(int, int)", "40", "2"))
        .isEqualTo(new Finished(0, "42\n", ""));
  }

  @Test
  void optionsForCAreRefusedForRustAlone() throws Exception {
    uruk().write("empty.rs", "fn main() {}");

    assertThat(uruk().run("-Wall", "empty.rs").messages())
        .startsWith("uruk run: -W is not for Rust, which takes -O and -g");
  }

  private Path script(String name) throws Exception {
    Files.createDirectories(folder.resolve("bin"));
    Path script =
        Files.writeString(
            folder.resolve("bin").resolve(name),
            """
            #!/usr/bin/env -S %s run -O2
            #include <stdio.h>
            #include "header.h"
            int main(int argc, char **argv) {
              for (int i = 1; i < argc; i++) printf("%%s ", argv[i]);
              printf("line %%d\\n", __LINE__);
              return STATUS;
            }
            """
                .formatted(UrukCommand.PATH));
    Files.writeString(folder.resolve("bin/header.h"), "#define STATUS 6\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  @Test
  void scriptsAreStartedLikeCommands() throws Exception {
    for (String name : List.of("tool.c", "tool")) {
      String script = script(name).toString();

      assertThat(RealProgram.finish(folder, List.of(script, "a", "--memory", "-v")))
          .as(name)
          .isEqualTo(new Finished(6, "a --memory -v line 6\n", ""));
    }
  }

  @Test
  void theCompilersMessagesHaveTheScriptsLines() throws Exception {
    Path script = script("tool.c");
    Files.writeString(script, Files.readString(script).replace("return STATUS;", "return STAT;"));

    assertThat(RealProgram.finish(folder, List.of(script.toString())).messages())
        .contains("tool.c:7:");
  }
}
