package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DemanglerTest {
  @Test
  void namesOfCppGetTheirParameters() {
    assertThat(Demangler.demangle("_ZN2ns1fEi")).isEqualTo("ns::f(int)");
    assertThat(Demangler.describe("_ZN2ns1fEi")).isEqualTo("ns::f(int) (_ZN2ns1fEi)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "St13runtime_error | std::runtime_error",
        "N2ns1EIiEE | ns::E<int>",
        "PKc | char const*",
        "i | int",
        "_no type_ | _no type_",
      })
  void namesOfThrownTypesAreThoseOfTheSource(String mangled, String expected) {
    assertThat(Demangler.typeName(mangled)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_ZN4core3fmt5write17h0123456789abcdefE | core::fmt::write",
        "_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE"
            + " | <alloc::string::String as core::fmt::Display>::fmt",
        "_ZN4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE | main::{{closure}}",
        "_ZN1a22b$RF$$BP$$C$$u110000$c17h0123456789abcdefE | a::b&*,$u110000$c",
      })
  void namesOfRustLoseTheirHash(String mangled, String expected) {
    assertThat(Demangler.demangle(mangled)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_RNvC6_123foo3bar | 123foo::bar",
        "_RNCNvCs6GmmlP4bgsG_1r4mains1_0 | r::main::{closure#3}",
        "_RNvMs_Cs4fqI2P2rA04_13const_genericINtB4_8UnsignedKhb_E1f"
            + " | <const_generic::Unsigned<11>>::f",
        "_RNvNtCs6GmmlP4bgsG_1r5inneru9gre_6ka8l | r::inner::gr\u00fc\u00dfe",
        "_RNvXCs6GmmlP4bgsG_1rRShNtB2_2Tr2go.llvm.1234 | <&[u8] as r::Tr>::go",
      })
  void namesOfRustsOwnMangling(String mangled, String expected) {
    assertThat(Demangler.demangle(mangled)).isEqualTo(expected);
  }

  @Test
  void namesThatRustcMakesAreReadAsLlvmReadsThem(@TempDir Path folder) throws Exception {
    Files.writeString(
        folder.resolve("names.rs"),
        """
        use std::{collections::HashMap, fmt::{Debug, Display}};
        pub struct S<T>(T);
        pub trait Tr { fn go(&self) -> u32; fn st<const N: usize>() -> usize { N } }
        impl<T: Debug> Tr for S<T> { fn go(&self) -> u32 { println!("{:?}", self.0); 1 } }
        impl<'a> Tr for &'a [u8] { fn go(&self) -> u32 { 2 } }
        mod inner {
          pub fn gr\u00fc\u00dfe(x: i32) -> i32 {
            let c = |y: i32| { let d = |z: i32| { println!("{}", z); z * 2 }; d(y) + x };
            c(x)
          }
        }
        pub fn of<F: Fn(u64) -> bool, A>(f: F, a: A) -> A { f(1); a }
        pub fn arr<const N: usize, const B: bool, const C: char, const I: i8>(x: [u8; N]) -> usize {
          x.len() + N
        }
        fn main() {
          S("x").go(); S((1u8, 2.0f32)).go(); (&[1u8][..]).go(); inner::gr\u00fc\u00dfe(3);
          arr::<4, true, 'x', -3>([0; 4]); arr::<4, false, '\u00e9', 7>([0; 4]);
          let mut m: HashMap<String, Box<dyn Fn(&str) -> usize + Send>> = HashMap::new();
          m.insert("a".into(), Box::new(|s| s.len())); m["a"]("q");
          <S<u8> as Tr>::st::<5>();
          let p: Vec<unsafe extern "C" fn(*const u8, *mut [i16]) -> !> = vec![]; of(|_| true, p);
          let t: Option<&(dyn for<'a> Fn(&'a u8) -> &'a u8 + Sync)> = None; of(|_| false, t);
        }
        """);
    List<String> names =
        lines(
                folder,
                "rustc -Csymbol-mangling-version=v0 -Ccodegen-units=1 --emit=obj -o names.o names.rs"
                    + " 2>/dev/null; nm --format=just-symbols names.o")
            .stream()
            .filter(name -> name.startsWith("_R"))
            .toList();
    Files.write(folder.resolve("names"), names);

    assertThat(names).hasSizeGreaterThan(100);
    assertThat(names.stream().map(Demangler::demangle).toList())
        .isEqualTo(lines(folder, "llvm-cxxfilt-22 <names"));
  }

  private static List<String> lines(Path folder, String command) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", command).directory(folder.toFile()).start();
    return process.inputReader(StandardCharsets.UTF_8).lines().toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main",
        "_R",
        "_RNvC1a",
        "_RNvC9999999999a1b",
        "_RNvB_1a",
        "_RIC1aB3_E",
        "_RMC1aTB9_B9_B9_E",
        "_RYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY",
        "_ZN99999",
        "_ZN9999a17h0123456789abcdefE",
        "_ZN99999999999a17h0123456789abcdefE",
        "_ZN1a",
      })
  void whatIsNoMangledNameStaysAsItIs(String name) {
    assertThat(Demangler.describe(name)).isEqualTo(name);
  }
}
