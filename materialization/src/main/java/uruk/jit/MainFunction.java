package uruk.jit;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.Libc;
import uruk.materialization.platform.ElfPlatform;
import uruk.materialization.platform.ElfPlatform.Arguments;
import uruk.materialization.platform.Guard;
import uruk.materialization.platform.NativeExitException;
import uruk.materialization.platform.NativeExitException.Kind;
import uruk.orc.JITDylib;

/**
 * Runs a C program: initializers, {@code int main(int argc, char **argv, char **envp)}, exit.
 * {@link Jit#runMain} is the simple way; this one is for sessions of other make.
 */
public final class MainFunction {
  private final Guard guard;
  private final ElfPlatform platform;
  private final JITDylib dylib;

  /**
   * Prepares a run.
   *
   * @param guard makes the calls
   * @param platform has the initializers; of the dylib's session
   * @param dylib the program, with what it links against
   */
  public MainFunction(Guard guard, ElfPlatform platform, JITDylib dylib) {
    this.guard = guard;
    this.platform = platform;
    this.dylib = dylib;
  }

  /**
   * Runs the program whose {@code main} is at an address.
   *
   * @param argv encoded as {@link NativeText} says; without zeros, which end texts in C
   * @param arena holds the arguments
   * @return the status that the program ends with
   * @throws uruk.materialization.platform.NativeException if the program crashed, or an exception
   *     of its language escaped
   */
  public int run(long function, List<String> argv, Arena arena) {
    for (String argument : argv) {
      if (argument.indexOf(0) >= 0) {
        throw new IllegalArgumentException(
            "argument '%s' has a zero in it, where it would end for C"
                .formatted(argument.replace('\0', '?')));
      }
    }
    // Pointers as numbers: for access to ADDRESS the JDK makes six classes at every start.
    MemorySegment pointers = arena.allocate(JAVA_LONG, argv.size() + 1L);
    for (int i = 0; i < argv.size(); i++) {
      pointers.setAtIndex(JAVA_LONG, i, NativeText.allocate(arena, argv.get(i)).address());
    }
    Arguments arguments = new Arguments(argv.size(), pointers.address(), environment());
    System.out.flush();
    try {
      return runToExit(function, arguments);
    } finally {
      Libc.flushStreams();
    }
  }

  /** What runs at the exit may itself ask to exit, which changes the status. */
  private int runToExit(long function, Arguments arguments) {
    int status = 0;
    Kind kind = Kind.EXIT;
    try {
      platform.initialize(dylib, arguments);
      status =
          (int)
              guard.call(
                  function, arguments.count(), arguments.vector(), arguments.environment(), 0, 0);
    } catch (NativeExitException exit) {
      status = exit.status();
      kind = exit.kind();
    } finally {
      guard.takeSignalsBack();
    }
    try {
      switch (kind) {
        case EXIT -> {
          platform.endThread();
          platform.runExit(dylib);
        }
        case QUICK_EXIT -> platform.runQuickExit(dylib);
        case EXIT_AT_ONCE -> {}
      }
    } catch (NativeExitException exit) {
      status = exit.status();
    }
    return status;
  }

  private static long environment() {
    long variable = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "environ");
    return variable == 0 ? 0 : MemorySegment.ofAddress(variable).reinterpret(8).get(JAVA_LONG, 0);
  }
}
