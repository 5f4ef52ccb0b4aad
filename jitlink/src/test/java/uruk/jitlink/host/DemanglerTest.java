package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
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
  @ValueSource(
      strings = {
        "main",
        "_ZN99999",
        "_ZN9999a17h0123456789abcdefE",
        "_ZN99999999999a17h0123456789abcdefE",
        "_ZN1a",
      })
  void whatIsNoMangledNameStaysAsItIs(String name) {
    assertThat(Demangler.describe(name)).isEqualTo(name);
  }
}
