package uruk.jitlink.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

class LibraryLogTest {
  @AfterEach
  void clear() {
    System.clearProperty(LibraryLog.PROPERTY);
  }

  @Test
  void slf4jMakesTheLoggers() {
    assertThat(LibraryLog.of(LibraryLogTest.class))
        .isSameAs(LoggerFactory.getLogger(LibraryLogTest.class));
  }

  @Test
  void aProcessCanSayThatNobodyTakesMessages() {
    System.setProperty(LibraryLog.PROPERTY, LibraryLog.NONE);
    assertThat(LibraryLog.of(LibraryLogTest.class)).isSameAs(NOPLogger.NOP_LOGGER);
  }
}
