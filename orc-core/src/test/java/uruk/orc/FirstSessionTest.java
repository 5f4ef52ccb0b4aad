package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The session in a few lines, as its users write it. */
class FirstSessionTest {
  @Test
  void anAbsoluteSymbolIsFound() {
    try (ExecutionSession session = ExecutionSession.create()) {
      JITDylib main = session.createJITDylib("main");
      main.define(
          AbsoluteSymbols.of(SymbolMap.of("answer", new ExecutorSymbolDef(42, TestUnit.FUNCTION))));

      assertThat(session.lookup(main, "answer").address()).isEqualTo(42);
    }
  }

  @Test
  void unitsThatNeedEachOtherBecomeReadyTogether() {
    try (ExecutionSession session = ExecutionSession.create()) {
      JITDylib main = session.createJITDylib("main");
      main.define(linked(main, "ping", "pong"));
      main.define(linked(main, "pong", "ping"));

      assertThat(session.lookup(main, "ping").address()).isEqualTo(TestUnit.addressOf("ping"));
      assertThat(main.symbolState("pong")).isEqualTo(SymbolState.READY);
      assertThat(session.usersOf(main, "pong").symbols())
          .containsExactly(new SymbolInstance(main, "ping"));
    }
  }

  @Test
  void aMissingSymbolSaysWhoAskedAndWhatMayHaveBeenMeant() {
    try (ExecutionSession session = ExecutionSession.create()) {
      JITDylib main = session.createJITDylib("main");
      main.define(TestUnit.of("add"));

      assertThatThrownBy(() -> session.lookup(main, "ad"))
          .isInstanceOf(SymbolsNotFoundException.class)
          .hasMessageStartingWith("Symbols not found: [ ad ]")
          .hasMessageContaining("did you mean add (in \"main\")?");
    }
  }

  /** A unit linked as a linker does it: resolve, look the other one up, emit. */
  static TestUnit linked(JITDylib dylib, String name, String... needed) {
    return TestUnit.of(
        responsibility -> {
          TestUnit.resolve(responsibility);
          responsibility
              .lookup(
                  LookupKind.STATIC,
                  SearchOrder.of(dylib),
                  SymbolLookupSet.of(needed),
                  SymbolState.RESOLVED,
                  null)
              .thenAccept(found ->
                  responsibility.notifyEmitted(
                      List.of(
                          new SymbolDependenceGroup(Set.of(name), Map.of(dylib, Set.of(needed))))));
        },
        name);
  }
}
