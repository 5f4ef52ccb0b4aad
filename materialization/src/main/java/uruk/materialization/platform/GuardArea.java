package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a thread's area says of the end of a guarded call, copied from there. The names of its words
 * are those of {@link GuardCode}.
 *
 * @param runtime the guard
 * @param words the area's header
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record GuardArea(GuardRuntime runtime, long[] words) {
  private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /**
   * Takes the message: the area is ready for the next one.
   *
   * @param address of the calling thread's area, or of the report
   */
  static GuardArea take(GuardRuntime runtime, long address) {
    long size = runtime.number("HEADER_SIZE");
    long[] words = MEMORY.asSlice(address, size).toArray(JAVA_LONG);
    MEMORY.set(JAVA_LONG, address + runtime.number("STATUS"), 0);
    return new GuardArea(runtime, words);
  }

  /**
   * {@return whether a guarded call of this thread called the call-back that runs now}
   *
   * @param address of the calling thread's area
   */
  static boolean calledUnderGuard(GuardRuntime runtime, long address) {
    long frame =
        MEMORY.get(JAVA_LONG, address + runtime.number("TOP")) - runtime.number("FRAME_SIZE");
    long caller = MEMORY.get(JAVA_LONG, frame + runtime.number("PREVIOUS"));
    return Long.compareUnsigned(caller, runtime.number("LINKED_THREAD")) > 0;
  }

  /** Has an exception raised when the call-back that runs now returns. */
  static void raise(GuardRuntime runtime, long address, long exception) {
    MEMORY.set(JAVA_LONG, address + runtime.number("RAISE"), exception);
  }

  /** {@return how the call ended; 0 if it has returned} */
  long status() {
    return word("STATUS");
  }

  /** {@return the signal, the exception's address or the status of the exit} */
  long value() {
    return word("VALUE");
  }

  /** {@return the signal's code, the exception's class or the number of the exit function} */
  long code() {
    return word("CODE");
  }

  /** {@return the crash that it tells of} */
  NativeCrashException crash(Symbolizer symbolizer) {
    return new NativeCrashException((int) value(), word("FAULT_ADDRESS"), faultFrames(symbolizer));
  }

  /** {@return the exit that it tells of} */
  NativeExitException exit() {
    return new NativeExitException((int) value(), exitKind((int) code()));
  }

  /** {@return the call of a missing function that it tells of} */
  UnboundSymbolException unbound(Symbolizer symbolizer) {
    return new UnboundSymbolException(
        UnboundReports.symbol(value()), List.of(symbolizer.frame(word("STACK_WORD"), true)));
  }

  /** As the code at {@code exit} and its siblings numbers them. */
  private static NativeExitException.Kind exitKind(int code) {
    return switch (code) {
      case 0 -> NativeExitException.Kind.EXIT;
      case 1 -> NativeExitException.Kind.EXIT_AT_ONCE;
      case 2 -> NativeExitException.Kind.QUICK_EXIT;
      default -> throw new AssertionError("exit function " + code);
    };
  }

  /** {@return the native frames, innermost first} */
  List<NativeFrame> frames(Symbolizer symbolizer) {
    return frames(symbolizer, 0);
  }

  /** The backtrace begins in the signal handler; where the fault was, the system says. */
  private List<NativeFrame> faultFrames(Symbolizer symbolizer) {
    long fault = word("FAULT_RIP");
    long depth = word("DEPTH");
    for (int i = 0; i < depth; i++) {
      if (backtrace(i) == fault) {
        List<NativeFrame> frames = new ArrayList<>();
        frames.add(symbolizer.frame(fault, false));
        frames.addAll(frames(symbolizer, i + 1));
        return frames;
      }
    }
    // A call to nowhere: nobody can unwind from there, but the return address is on the stack.
    long caller = word("STACK_WORD");
    return caller == 0
        ? List.of(symbolizer.frame(fault, false))
        : List.of(symbolizer.frame(fault, false), symbolizer.frame(caller, true));
  }

  private List<NativeFrame> frames(Symbolizer symbolizer, int first) {
    List<NativeFrame> frames = new ArrayList<>();
    long depth = word("DEPTH");
    for (int i = first; i < depth; i++) {
      long address = backtrace(i);
      if (!runtime.owns(address)) {
        frames.add(symbolizer.frame(address, true));
      }
    }
    return frames;
  }

  private long backtrace(int index) {
    return words[runtime.number("BACKTRACE") / Long.BYTES + index];
  }

  private long word(String name) {
    return words[runtime.number(name) / Long.BYTES];
  }

  @Override
  public String toString() {
    return "GuardArea" + Arrays.toString(words);
  }
}
