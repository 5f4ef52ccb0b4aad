package uruk.materialization.platform;

import uruk.materialization.platform.NativeExitException.Kind;
import uruk.orc.ExecutionSession;

/**
 * A session to whose code threads of its own may come to an end.
 *
 * @param session hears of crashes
 * @param platform knows what is to run at the exit
 * @param symbolizer names its places
 */
record ProgramOwner(ExecutionSession session, ElfPlatform platform, Symbolizer symbolizer)
    implements LinkedThreads.Owner {

  @Override
  public void crashed(NativeCrashException crash) {
    session.reportError(crash);
  }

  @Override
  public void exits(NativeExitException exit) {
    try {
      if (exit.kind() == Kind.QUICK_EXIT) {
        platform.runAllQuickExits();
      } else {
        platform.runAllExits();
      }
    } catch (NativeException failure) {
      session.reportError(failure);
    }
  }
}
