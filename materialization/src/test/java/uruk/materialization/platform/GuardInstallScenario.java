package uruk.materialization.platform;

import java.nio.file.Path;
import java.util.List;
import uruk.jit.Jit;

/** Tells when the guard's signal handlers are installed. */
final class GuardInstallScenario {
  private GuardInstallScenario() {}

  public static void main(String[] arguments) throws Throwable {
    List<SignalAction> before = SignalScenario.actions();
    try (Jit jit = Jit.create()) {
      jit.add(Path.of(arguments[0]));
      jit.session().lookup(jit.main().linkOrder(), "twice");
      tell("after the link", before);
      System.out.println("twice " + (int) jit.function("int twice(int)").invokeExact(21));
      tell("after the call", before);
    }
  }

  private static void tell(String when, List<SignalAction> before) {
    boolean asBefore = SignalScenario.actions().equals(before);
    System.out.println(when + (asBefore ? ": as before" : ": installed"));
  }
}
