package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NameFiltersTest extends SessionFixture {
  @Test
  void searchesPassDylibsThatLackTheNameAndFindTheFirstThatHasIt() {
    List<JITDylib> dylibs = dylibs("d", 1000);
    SearchOrder order = SearchOrder.of(dylibs.toArray(new JITDylib[0]));

    for (int at = 999; at >= 0; at -= 333) {
      dylibs.get(at).define(at("a", at + 1));

      assertThat(session.lookup(order, "a").address()).isEqualTo(at + 1);
    }
  }

  @Test
  void ordersSeeWhatIsDefinedAndGeneratedInDylibsAfterTheOrderWasMade() {
    JITDylib generated = session.createBareJITDylib("generated");
    SearchOrder order = SearchOrder.of(generated, main);
    dylibs("more", 100);
    main.define(AbsoluteSymbols.of(absolute("a", "b")));
    assertThat(session.lookup(order, "a")).isEqualTo(session.lookup(main, "a"));

    DefinitionGenerator generator =
        generated.addGenerator((state, kind, dylib, flags, names) -> dylib.define(at("b", 77)));

    assertThat(session.lookup(order, "b").address()).isEqualTo(77);

    generated.removeGenerator(generator);

    assertThat(session.lookup(order, "b").address()).isEqualTo(77);
    assertThat(session.lookup(order, "a")).isEqualTo(session.lookup(main, "a"));
  }

  @Test
  void anOrderWithARemovedDylibFindsNothingOfTheDylibThatHasItsPlace() {
    JITDylib removed = session.createBareJITDylib("removed");
    SearchOrder stale = SearchOrder.of(removed);
    int place = removed.table().place();
    session.removeJITDylibs(List.of(removed));

    JITDylib next = session.createBareJITDylib("next");
    next.define(AbsoluteSymbols.of(absolute("a")));
    SearchOrder late = SearchOrder.of(removed, next);

    assertThat(next.table().place()).isEqualTo(place);
    assertThat(session.lookup(next, "a").address()).isNotZero();
    assertThat(session.lookup(late, "a")).isEqualTo(session.lookup(next, "a"));
    assertThatThrownBy(() -> session.lookup(stale, "a"))
        .isInstanceOf(SymbolsNotFoundException.class);
  }

  @Test
  void dylibsThatComeAndGoShareOnePlace() {
    for (int round = 0; round < 1000; round++) {
      JITDylib dylib = session.createBareJITDylib("d");
      dylib.define(AbsoluteSymbols.of(absolute("a")));
      assertThatThrownBy(() -> session.createBareJITDylib("d"))
          .isInstanceOf(IllegalArgumentException.class);
      JITDylib aside = dylib.createAside("next version");
      aside.define(AbsoluteSymbols.of(absolute("b")));
      session.removeJITDylibs(List.of(dylib));
    }

    assertThat(session.filters().words()).hasSizeLessThanOrEqualTo(8).containsOnly(0L);
  }

  private static MaterializationUnit at(String name, long address) {
    return AbsoluteSymbols.of(
        SymbolMap.of(name, new ExecutorSymbolDef(address, SymbolFlags.EXPORTED)));
  }

  private List<JITDylib> dylibs(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(at -> session.createBareJITDylib(prefix + at))
        .toList();
  }
}
