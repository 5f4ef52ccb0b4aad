package uruk.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProgressTest {

  /** Notes what is written, and that something is. */
  private static final class Screen extends OutputStream {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final CountDownLatch something = new CountDownLatch(1);

    @Override
    public synchronized void write(int b) {
      written.write(b);
      something.countDown();
    }

    synchronized String text() {
      return written.toString(StandardCharsets.UTF_8);
    }
  }

  private final Screen screen = new Screen();
  private final PrintStream stream = new PrintStream(screen, true, StandardCharsets.UTF_8);

  @Test
  @Timeout(10)
  void aStepThatTakesLongIsShownWithWhatItHasDone() throws InterruptedException {
    Progress progress = new Progress(stream, Duration.ofMillis(1));
    progress.begin("link", () -> 1234); // first: the watch may show a line at any time
    progress.watch();
    screen.something.await();
    progress.close();

    assertThat(screen.text())
        .startsWith("\r\033[Kuruk: ")
        .contains("link ... 0 s, 1,234 objects")
        .endsWith("\r\033[K");
  }

  @Test
  void quickStepsLeaveNothing() {
    Progress progress = new Progress(stream, Duration.ofDays(1));
    progress.watch();
    progress.begin("compile");
    progress.begin("link");
    progress.close();

    assertThat(screen.text()).isEmpty();
  }

  @Test
  void nothingIsShownToNobody() {
    Progress progress = Progress.on(new Console(stream, stream));
    progress.begin("link");
    progress.close();

    assertThat(screen.text()).isEmpty();
  }
}
