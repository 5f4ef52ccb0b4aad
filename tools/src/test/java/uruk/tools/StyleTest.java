package uruk.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StyleTest {

  @Test
  void onlyATerminalIsColoured() {
    assertThat(Style.of(true, Map.of("TERM", "xterm"))).isEqualTo(Style.COLORED);
    assertThat(Style.of(false, Map.of("TERM", "xterm"))).isEqualTo(Style.PLAIN);
  }

  @Test
  void noColorIsHonouredUnlessItIsEmpty() {
    assertThat(Style.of(true, Map.of("NO_COLOR", "1"))).isEqualTo(Style.PLAIN);
    assertThat(Style.of(true, Map.of("NO_COLOR", ""))).isEqualTo(Style.COLORED);
  }

  @Test
  void aDumbTerminalHasNoColours() {
    assertThat(Style.of(true, Map.of("TERM", "dumb"))).isEqualTo(Style.PLAIN);
  }

  @Test
  void plainTextIsAsItWas() {
    assertThat(Style.PLAIN.bad("text")).isEqualTo("text");
    assertThat(Style.COLORED.bad("text")).isEqualTo("\033[1;31mtext\033[0m");
  }
}
