package uruk.jit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeTextTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "n\u00e9", "\u20ac", "\ud83d\ude00"})
  void utf8IsItself(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(NativeText.decode(bytes)).isEqualTo(text);
    assertThat(NativeText.encode(text)).isEqualTo(bytes);
  }

  @Test
  void aByteThatIsNoUtf8IsALoneSurrogate() {
    assertThat(NativeText.decode(new byte[] {'a', (byte) 0xff, 'b'})).isEqualTo("a\uDCFFb");
  }

  @Test
  void anyBytesSurviveTheWayThroughAString() {
    RandomGenerator random = new java.util.Random(1);
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      assertThat(NativeText.encode(NativeText.decode(bytes))).isEqualTo(bytes);
    }
  }
}
