package uruk.materialization.platform;

import java.util.List;

/** Linked code was stopped by a signal: a bad access, a division by zero, {@code abort}. */
public final class NativeCrashException extends NativeException {
  private static final long serialVersionUID = 1;

  private final String signal;
  private final int signalNumber;
  private final long faultAddress;

  NativeCrashException(int signalNumber, long faultAddress, List<NativeFrame> nativeStack) {
    String name = GuardRuntime.Signal.nameOf(signalNumber);
    super(text(name, faultAddress, nativeStack), nativeStack);
    this.signal = name;
    this.signalNumber = signalNumber;
    this.faultAddress = faultAddress;
  }

  private static String text(String signal, long faultAddress, List<NativeFrame> nativeStack) {
    StringBuilder text = new StringBuilder(signal);
    if (!signal.equals(GuardRuntime.Signal.SIGABRT.name())) {
      text.append(" at address 0x").append(Long.toHexString(faultAddress));
    }
    String separator = " in ";
    NativeFrame caller = null;
    int repeated = 0;
    for (NativeFrame frame : nativeStack) {
      if (frame.equals(caller)) {
        repeated++;
        continue;
      }
      appendRepeated(text, repeated);
      text.append(separator).append(frame);
      separator = "\n\tcalled by ";
      caller = frame;
      repeated = 0;
    }
    appendRepeated(text, repeated);
    return text.toString();
  }

  /** A recursion would fill the screen. */
  private static void appendRepeated(StringBuilder text, int times) {
    if (times > 0) {
      text.append("\n\tcalled by itself ").append(times).append(" times more");
    }
  }

  @Override
  public int status() {
    return STATUS_OF_SIGNAL + signalNumber;
  }

  /** {@return the signal's name, for example {@code SIGSEGV}} */
  public String signal() {
    return signal;
  }

  /**
   * {@return the address that could not be accessed; for SIGFPE and SIGILL that of the instruction}
   */
  public long faultAddress() {
    return faultAddress;
  }
}
