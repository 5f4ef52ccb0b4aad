package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.materialization.platform.NativeCrashException;

/** Exceptions and crashes in programs that are linked as one object. */
class WholeProgramUnwindingTest extends ProgramFixture {
  @Test
  void exceptionsPassThroughFunctionsInSectionsOfTheirOwn() throws IOException {
    Path thrower =
        Files.write(
            folder.resolve("t.o"),
            Compiler.bytes(
                "g++",
                "t.cpp",
                "struct Odd { int value; }; void pass(int n) { if (n % 2) throw Odd{n}; }"
                    + " int unused(int n) { try { pass(n); } catch (long) { return 1; } return 2; }",
                SECTIONS));
    library("libt.a", thrower);

    add(
        "start",
        Compiler.cpp(
            "a",
            "struct Odd { int value; }; void pass(int);"
                + " struct Guard { int *count; ~Guard() { ++*count; } };"
                + " extern \"C\" int start() { int count = 0;"
                + " for (int i = 0; i < 4; i++) { try { Guard guard{&count}; pass(i); }"
                + " catch (const Odd &odd) { count += 10 * odd.value; } } return count; }",
            SECTIONS));

    assertThat(call("start")).isEqualTo(44);
  }

  /** As in code that was compiled with -fno-pic: the description refers to the routine itself. */
  @Test
  void personalityRoutineThatOnlyDescriptionsReferToIsLinked() throws IOException {
    library(
        "libp.a",
        member(
            "p",
            "int asked; int personality(int version, int actions, long kind, void *e, void *c)"
                + " { asked++; return 8; /* _URC_CONTINUE_UNWIND */ } int dead(void) { return 1; }",
            SECTIONS));

    add(
        "start",
        c(
            "m",
            "__asm__(\".globl mid; .section .text.mid,\\\"ax\\\"; mid: .cfi_startproc;"
                + " .cfi_personality 0x1b, personality; sub $8, %rsp; .cfi_adjust_cfa_offset 8;"
                + " call thrower; add $8, %rsp; .cfi_adjust_cfa_offset -8; ret; .cfi_endproc\");"),
        Compiler.cpp(
            "a",
            "extern \"C\" { extern int asked; void mid(); void thrower() { throw 40; }"
                + " int start() { try { mid(); } catch (int thrown) { return thrown + asked; } return 0; } }",
            SECTIONS));

    assertThat(call("start")).isEqualTo(42);
  }

  /** One section holds all tables of an object, those of functions that are not linked too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Guard guard{&count}; thrower();",
        "try { thrower(); } catch (int) { count++; } throw 3;",
        "try { thrower(); } catch (...) { count++; throw; }"
      })
  void exceptionTablesOfUnneededFunctionsMayReferFarAway(String body) throws IOException {
    add(
        "start",
        Compiler.cpp(
            "a",
            """
            struct Guard { int *count; ~Guard() { ++*count; } };
            void thrower() { throw 41; }
            void other();
            int count;
            void live() { %s }
            __attribute__((section(".text.dead"))) int dead() {
              try { other(); } catch (int thrown) { return thrown; } catch (long thrown) { return 1; }
              return 2;
            }
            extern "C" int start() { try { live(); } catch (int thrown) { return thrown + count; } return 0; }
            """
                .formatted(body),
            "-fno-pic",
            "-O1"));

    assertThat(call("start")).isEqualTo(body.contains("throw 3") ? 4 : 42);
  }

  @Test
  void crashTellsFunctionAndMember() throws IOException {
    library(
        "libx.a",
        member("w", "int w(void) { return 1; }", SECTIONS),
        member(
            "x",
            "int unused(void) { return 3; } int w(void); int fall(int *p) { return *p + w(); }",
            SECTIONS,
            "-g"));
    add("start", c("a", "int fall(int *); int start(void) { return fall((int *) 8) + 1; }", "-O0"));

    assertThatThrownBy(() -> jit.function("int start(void)").invoke())
        .isInstanceOf(NativeCrashException.class)
        .hasMessageContaining("fall")
        .hasMessageContaining("libx.a(x.o)")
        .hasMessageContaining("x.c:1")
        .hasMessageContaining("a.o");
  }
}
