package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  @Test
  void flagsHaveTheValuesOfLlvm() {
    assertThat(
            List.of(
                SymbolFlags.HAS_ERROR.bits(),
                SymbolFlags.WEAK.bits(),
                SymbolFlags.COMMON.bits(),
                SymbolFlags.ABSOLUTE.bits(),
                SymbolFlags.EXPORTED.bits(),
                SymbolFlags.CALLABLE.bits(),
                SymbolFlags.SIDE_EFFECTS_ONLY.bits()))
        .containsExactly(1, 2, 4, 8, 16, 32, 64);
  }

  @Test
  void flagsAreSetsWithOneInstanceEach() {
    SymbolFlags flags = SymbolFlags.EXPORTED.with(SymbolFlags.WEAK);

    assertThat(flags).isSameAs(SymbolFlags.of(SymbolFlags.WEAK, SymbolFlags.EXPORTED));
    assertThat(flags.isWeak()).isTrue();
    assertThat(flags.isStrong()).isFalse();
    assertThat(flags.without(SymbolFlags.WEAK)).isSameAs(SymbolFlags.EXPORTED);
    assertThat(SymbolFlags.COMMON.isStrong()).isFalse();
  }

  @Test
  void theTargetHasAByteOfItsOwn() {
    SymbolFlags thumb = SymbolFlags.CALLABLE.withTargetFlags(1);

    assertThat(thumb.targetFlags()).isEqualTo(1);
    assertThat(thumb.isCallable()).isTrue();
    assertThat(thumb).isEqualTo(SymbolFlags.ofBits(0x120)).isNotEqualTo(SymbolFlags.CALLABLE);
    assertThatThrownBy(() -> SymbolFlags.CALLABLE.withTargetFlags(256))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void flagsReadAsInTheDump() {
    assertThat(SymbolFlags.of(SymbolFlags.CALLABLE, SymbolFlags.EXPORTED))
        .hasToString("[Callable]");
    assertThat(SymbolFlags.of(SymbolFlags.WEAK, SymbolFlags.ABSOLUTE))
        .hasToString("[Data][Weak][Absolute][Hidden]");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 9, 16, 1000})
  void symbolMapsKeepTheirOrderAndFindTheirNames(int size) {
    SymbolMap.Builder builder = SymbolMap.builder();
    for (int at = 0; at < size; at++) {
      builder.put("n" + at, at, SymbolFlags.EXPORTED);
    }
    SymbolMap map = builder.build();

    assertThat(map.size()).isEqualTo(size);
    assertThat(map.isEmpty()).isEqualTo(size == 0);
    for (int at = 0; at < size; at++) {
      assertThat(map.address("n" + at)).isEqualTo(at);
    }
    assertThat(builder.put("later", 1, SymbolFlags.EXPORTED).build().size()).isEqualTo(size + 1);
    assertThat(map.find("missing")).isNull();
    assertThat(map.names()).hasSize(size).doesNotContain("later");
    assertThat(SymbolMap.copyOf(map.asMap())).isEqualTo(map).hasSameHashCodeAs(map);
    assertThatThrownBy(() -> map.get("missing"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void aSymbolMapRefusesANameGivenTwice() {
    assertThatThrownBy(() ->
            SymbolMap.builder().put("a", 1, SymbolFlags.NONE).put("a", 2, SymbolFlags.NONE).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a is given twice");
  }

  @Test
  void aLookUpSetKnowsWhatIsRequired() {
    SymbolLookupSet set =
        SymbolLookupSet.builder()
            .require("a")
            .add("b", SymbolLookupFlags.WEAKLY_REFERENCED_SYMBOL)
            .build();

    assertThat(set.flags("a")).isEqualTo(SymbolLookupFlags.REQUIRED_SYMBOL);
    assertThat(set.flags("b")).isEqualTo(SymbolLookupFlags.WEAKLY_REFERENCED_SYMBOL);
    assertThat(set.contains("c")).isFalse();
    assertThat(set).hasToString("[ a, b ]").isNotEqualTo(SymbolLookupSet.of("a", "b"));
  }

  @Test
  void aUnitsInitializerMustBeAmongItsSymbols() {
    assertThatThrownBy(
            () -> new MaterializationUnit.Interface(Map.of("a", SymbolFlags.NONE), "init"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesWithEqualHashesAreToldApart() {
    try (ExecutionSession session = ExecutionSession.create()) {
      JITDylib main = session.createJITDylib("main");
      List<String> names = List.of("AaAa", "BBBB", "AaBB", "BBAa", "");
      names.forEach(name -> main.define(TestUnit.of(name)));

      for (String name : names) {
        assertThat(session.lookup(main, name).address()).isEqualTo(TestUnit.addressOf(name));
        main.remove(java.util.Set.of(name));
        assertThat(main.symbolState(name)).isNull();
      }
      assertThat(main.symbols("")).isEmpty();
    }
  }
}
