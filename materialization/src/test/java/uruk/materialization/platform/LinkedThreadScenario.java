package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import uruk.jit.Jit;
import uruk.jit.JitBuilder;
import uruk.jitlink.host.DynamicLinker;

/**
 * Threads that linked code creates, in a process of its own. Its arguments are two object files,
 * then pairs of the function that creates a thread and what happens there; {@code open:LIBRARY} and
 * {@code add:FILE} stand for such functions.
 */
public final class LinkedThreadScenario {
  private final Jit jit;

  private LinkedThreadScenario(Jit jit) {
    this.jit = jit;
  }

  /** Runs the pairs. */
  public static void main(String[] arguments) throws Throwable {
    DynamicLinker.open("libstdc++.so.6", DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("shutdown hook")));
    JitBuilder builder =
        Jit.builder()
            .errorReporter(error -> {
              System.out.println("reported " + error.getMessage().replace('\n', ' '));
            });
    try (Jit jit = builder.create()) {
      LinkedThreadScenario scenario = new LinkedThreadScenario(jit);
      scenario.link(Path.of(arguments[0]), Path.of(arguments[1]));
      for (int i = 2; i < arguments.length; i += 2) {
        scenario.call(arguments[i], Long.parseLong(arguments[i + 1]));
      }
    }
    System.out.println("done");
  }

  private void link(Path c, Path cpp) throws ReflectiveOperationException {
    jit.define(
        "to_java",
        MethodHandles.lookup().bind(this, "toJava", MethodType.methodType(int.class, int.class)),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    jit.add(c);
    jit.add(cpp);
    jit.platform().initialize(jit.main(), null);
  }

  private void call(String function, long what) {
    if (function.equals("at_shutdown")) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> callWhenWatchedFromJava(what)));
      System.exit(0);
    }
    if (function.startsWith("open:")) {
      String library = function.substring("open:".length());
      DynamicLinker.open(library, DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
      return;
    }
    if (function.startsWith("add:")) {
      jit.add(Path.of(function.substring("add:".length())));
      return;
    }
    try {
      long address = jit.session().lookup(jit.main(), function).address();
      System.out.println(function + " returned " + jit.guard().call(address, what));
    } catch (NativeException thrown) {
      System.out.println(function + " threw " + thrown.getMessage());
    }
  }

  /** The JVM's end would wait for a thread that waits in native code. */
  private void callWhenWatchedFromJava(long what) {
    Thread watcher =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("uruk-linked-threads"))
            .findFirst()
            .orElseThrow();
    while (watcher.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    System.out.println("watched from Java");
    call("by_pthread", what);
  }

  int toJava(int what) {
    switch (what) {
      case 1 -> throw new IllegalStateException("thrown in a call-back");
      case 2 -> call("crash", 1);
      default ->
          System.out.println(
              "Java on " + (Thread.currentThread().isDaemon() ? "its" : "a") + " thread");
    }
    return what;
  }
}
