package uruk.tools.run;

import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import uruk.tools.AotCache;
import uruk.tools.Main;

/** Where the time between the shell and {@code main} went, for {@code -v}. */
final class StartTimes {

  private StartTimes() {}

  static String text() {
    RuntimeMXBean machine = ManagementFactory.getRuntimeMXBean();
    double age = ProcessAge.milliseconds().orElse(Double.NaN);
    double javaAge = machine.getUptime();
    double mainAge = (System.nanoTime() - Main.startNanoTime()) / 1e6;
    long loaded = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
    return """
    start: %.0f ms launcher (to 10 ms), %.0f ms virtual machine, then %.0f ms in main
    start: %d classes loaded, AOT cache %s
    """
        .formatted(Math.max(0, age - javaAge), javaAge - mainAge, mainAge, loaded, cache());
  }

  private static String cache() {
    return switch (AotCache.state()) {
      case USED -> "used";
      case REJECTED -> "rejected: " + AotCache.complaint();
      case ABSENT -> "absent, so the start takes twice as long";
    };
  }
}
