package uruk.bench.replacement;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import uruk.jit.Jit;
import uruk.materialization.LinkedObject;

/** What it costs that a function can be replaced: calls through its entry, and without it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EntryCalls {
  private static final int CALLS = 10_000;
  private static final FunctionDescriptor ADD = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor LOOP = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final String CALLEE = "int add(int a, int b) { return a + b; }";
  private static final String CALLER =
      """
      int add(int, int);
      static __attribute__((noinline, noclone)) int near(int a, int b) { return a + b; }
      int through_entry(int n) { int s = 0; while (n > 0) s = add(s, n--); return s; }
      int direct(int n) { int s = 0; while (n > 0) s = near(s, n--); return s; }
      """;

  private static final Jit JIT = Jit.builder().guard(false).create();
  private static final LinkedObject CALLED = addObjects();
  private static final MethodHandle THROUGH_ENTRY = JIT.function("through_entry", LOOP);
  private static final MethodHandle DIRECT = JIT.function("direct", LOOP);
  private static final MethodHandle HANDLE = JIT.function("add", ADD);
  private static final MethodHandle RAW =
      Linker.nativeLinker()
          .downcallHandle(MemorySegment.ofAddress(CALLED.codeAddress("add").orElseThrow()), ADD);

  private int number = 1;

  /** {@return the object that is called} */
  private static LinkedObject addObjects() {
    JIT.add(Sources.object("callers", CALLER));
    return JIT.add(Sources.object("add", CALLEE));
  }

  /** Linked code calls a function of another object. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public int throughEntry() throws Throwable {
    return (int) THROUGH_ENTRY.invokeExact(CALLS);
  }

  /** Linked code calls a function of its own object. */
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public int direct() throws Throwable {
    return (int) DIRECT.invokeExact(CALLS);
  }

  /** Java calls a function by a handle that follows replacements. */
  @Benchmark
  public int handle() throws Throwable {
    return (int) HANDLE.invokeExact(number, 2);
  }

  /** Java calls the code by a handle of its own, which knows its address for good. */
  @Benchmark
  public int rawHandle() throws Throwable {
    return (int) RAW.invokeExact(number, 2);
  }
}
