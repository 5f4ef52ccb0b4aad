package uruk.materialization.platform;

import java.lang.foreign.Arena;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;
import uruk.jitlink.host.NativeCopy;

/**
 * What a C program may count on when its {@code main} begins and what the JVM has changed by then:
 * the locale is "C" (the JVM asks for the user's, and numbers would be printed in it), and signals
 * do what they do by default (the JVM ignores SIGPIPE, so that a program which writes to nobody
 * would go on for ever, and turns SIGTERM and its like into a shutdown that takes its time).
 */
public final class ProgramDefaults {
  // Numbers of bits/signum-generic.h on Linux.
  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGQUIT = 3;
  private static final int SIGPIPE = 13;
  private static final int SIGTERM = 15;
  private static final int SIGXFSZ = 25;

  private static final int[] SIGNALS = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXFSZ};
  private static final int LC_ALL = 6; // bits/locale.h

  private ProgramDefaults() {}

  /**
   * Sets the process's locale to "C". For processes whose C code is the program: a library must not
   * do this to its host.
   */
  public static void restoreLocale() {
    long function = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "setlocale");
    try (Arena arena = Arena.ofConfined()) {
      NativeCall.call(function, LC_ALL, NativeCopy.text(arena, "C").address());
    }
  }

  /**
   * Gives signals back to the program, except for those that are ignored because the process was
   * started so (nohup). For processes that run one program and end with it: Java's shutdown hooks
   * do not run any more when such a signal arrives, and the JVM prints no stacks on SIGQUIT.
   */
  public static void restoreSignals() {
    for (int signal : SIGNALS) {
      if (SignalAction.of(signal).handler() != SignalAction.IGNORE) {
        SignalAction.restoreDefault(signal);
      }
    }
    SignalAction.unblock(SIGQUIT); // the JVM blocks it in all threads but one
  }
}
