package uruk.tools;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import uruk.materialization.platform.ProcessEnd;

/**
 * How the command's process ends. {@link System#exit} first makes the JDK's logger, to tell it of
 * the exit if somebody has configured it so: that is a tenth of a small program's run, and nearly
 * always for nobody. So the process ends without Java's shutdown unless something needs it.
 */
public final class ProcessExit {
  /** With which options come for Java from outside, by which agents and recordings may come. */
  private static final List<String> VARIABLES =
      List.of("URUK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS");

  private static final AtomicInteger hooks = new AtomicInteger();

  private ProcessExit() {}

  /** A shutdown hook of Java's is about to be added, so that hooks have to run. */
  public static void addsHook() {
    hooks.incrementAndGet();
  }

  /** A hook that was added has been removed. */
  public static void removedHook() {
    hooks.decrementAndGet();
  }

  /** Ends the process; does not return. */
  static void end(int status) {
    if (hooks() > 0 || mayBringHooks(System.getenv())) {
      System.exit(status);
    }
    ProcessEnd.halt(status);
  }

  /** {@return how many hooks there are} */
  static int hooks() {
    return hooks.get();
  }

  /** {@return whether an environment has options for Java, which may have brought hooks} */
  static boolean mayBringHooks(Map<String, String> environment) {
    for (String variable : VARIABLES) {
      if (mayBringHooks(environment.get(variable))) {
        return true;
      }
    }
    return false;
  }

  /** Those of the cache of classes and of the log bring none. */
  private static boolean mayBringHooks(@Nullable String options) {
    if (options != null) {
      for (String option : options.split("\\s+", -1)) {
        if (!option.isEmpty() && !option.startsWith("-XX:AOT") && !option.startsWith("-Xlog:")) {
          return true;
        }
      }
    }
    return false;
  }
}
