package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Listeners that fail, come, go and call back. */
class ListenerTest extends SessionFixture {
  private final List<String> heard = new ArrayList<>();

  private SessionListener noting(String name) {
    return new SessionListener() {
      @Override
      public void symbolsDefined(JITDylib dylib, Set<String> names) {
        heard.add(name + " " + names);
      }
    };
  }

  @Test
  void anErrorInAListenerIsReportedAndEveryoneGoesOnHearing() {
    session.addListener(
        new SessionListener() {
          @Override
          public void symbolsDefined(JITDylib dylib, Set<String> names) {
            throw new AssertionError("listener broke");
          }
        });
    session.addListener(noting("second"));

    main.define(TestUnit.of("a"));
    main.define(TestUnit.of("b"));

    assertThat(heard).containsExactly("second [a]", "second [b]");
    assertThat(reported).hasSize(2).allSatisfy(e -> assertThat(e).hasMessage("listener broke"));
  }

  @Test
  void aListenerHearsNothingOfWhatWasBeforeIt() {
    SessionListener first = noting("first");
    session.addListener(first);
    boolean _ =
        session.runSessionLocked(() -> {
          main.define(TestUnit.of("a"));
          session.removeListener(first);
          return true;
        });
    session.addListener(noting("second"));
    main.define(TestUnit.of("b"));

    assertThat(heard).containsExactly("second [b]");
  }

  @Test
  void aListenerThatDefinesMoreHearsOfItAfterwards() {
    session.addListener(
        new SessionListener() {
          @Override
          public void symbolsDefined(JITDylib dylib, Set<String> names) {
            heard.add("begin " + names);
            if (names.contains("a")) {
              dylib.define(TestUnit.of("b"));
            }
            heard.add("end " + names);
          }
        });

    main.define(TestUnit.of("a"));

    assertThat(heard).containsExactly("begin [a]", "end [a]", "begin [b]", "end [b]");
  }

  @Test
  void namesThatAListenerHearsCannotBeChanged() {
    List<Set<String>> kept = new ArrayList<>();
    session.addListener(
        new SessionListener() {
          @Override
          public void symbolsDefined(JITDylib dylib, Set<String> names) {
            kept.add(names);
          }
        });

    main.define(TestUnit.of("a"));

    assertThatThrownBy(() -> kept.getFirst().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
