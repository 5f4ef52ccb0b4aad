package uruk.bench.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import uruk.jit.Jit;

/** What the guard adds to a call of {@code int add(int, int)}, and to a call back into Java. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GuardedCall {
  private static final String SOURCE =
      """
      extern int to_java(int);
      int add(int a, int b) { return a + b; }
      int back(int a) { return to_java(a) + 1; }
      """;
  private static final FunctionDescriptor ADD = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor BACK = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final Jit JIT = link();
  private static final MethodHandle GUARDED = JIT.function("add", ADD);
  private static final MethodHandle RAW =
      Linker.nativeLinker().downcallHandle(JIT.symbols().findOrThrow("add"), ADD);
  private static final MethodHandle CALL_BACK = JIT.function("back", BACK);

  private int number = 1;

  private static Jit link() {
    Jit jit = Jit.create();
    try {
      MethodType type = MethodType.methodType(int.class, int.class);
      MethodHandle target = MethodHandles.lookup().findStatic(GuardedCall.class, "toJava", type);
      jit.define("to_java", target, BACK);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("our own method is missing", impossible);
    }
    jit.add(CompiledSource.compile("cc", "add.c", SOURCE, List.of("-fPIC", "-c")));
    return jit;
  }

  @SuppressWarnings("UnusedMethod") // called by linked code
  private static int toJava(int number) {
    return number;
  }

  /** Without a guard. */
  @Benchmark
  public int raw() throws Throwable {
    return (int) RAW.invokeExact(number, 2);
  }

  /** Under the guard. */
  @Benchmark
  public int guarded() throws Throwable {
    return (int) GUARDED.invokeExact(number, 2);
  }

  /** Under the guard, into Java and back. */
  @Benchmark
  public int callback() throws Throwable {
    return (int) CALL_BACK.invokeExact(number);
  }
}
