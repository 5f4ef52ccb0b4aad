package uruk.materialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import uruk.jitlink.host.NativeCall;
import uruk.materialization.platform.HostThreads;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;

/** Who works with addresses of old code must not be taken for a thread that runs it. */
class PinSearchTest {
  @AutoClose private final ExecutionSession session = ExecutionSession.create();
  private final ObjectLinkingLayer layer = new ObjectLinkingLayer(session);
  private final JITDylib main = session.createJITDylib("main");

  private record Call(String method, Thread thread) {}

  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

  private RunningCode recording(RunningCode running) {
    return (RunningCode)
        Proxy.newProxyInstance(
            RunningCode.class.getClassLoader(),
            new Class<?>[] {RunningCode.class},
            (proxy, method, arguments) -> {
              calls.add(new Call(method.getName(), Thread.currentThread()));
              try {
                return method.invoke(running, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  private LinkedObject replaced() {
    layer.keepFiles(); // else code is kept for a roll-back, and no thread examined
    layer.superviseWith(recording(new HostThreads()));
    LinkedObject object = layer.add(main, Compiler.c("f1", "int f(void) { return 1; }"));
    NativeCall.call(session.lookup(main, "f").address());
    object.replace(Compiler.c("f2", "int f(void) { return 2; }"));
    return object;
  }

  private List<Thread> callersOf(String method) {
    return calls.stream().filter(call -> call.method().equals(method)).map(Call::thread).toList();
  }

  @Test
  void threadsAreExaminedByOneThatWorksForNobodyElse() {
    LinkedObject object = replaced();

    var _ = object.pinnedBy();
    var _ = layer.reclaim();

    assertThat(callersOf("examine"))
        .isNotEmpty()
        .allMatch(thread -> thread.getName().equals("uruk-pin-search"));
  }

  @Test
  void anUpdateClearsItsCallersStack() {
    var _ = replaced();

    assertThat(callersOf("clearStack")).contains(Thread.currentThread());
  }
}
