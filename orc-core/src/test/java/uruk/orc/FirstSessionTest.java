package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
      main.define(TestUnit.linked(main, "ping", "pong"));
      main.define(TestUnit.linked(main, "pong", "ping"));

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
}
