package uruk.bench.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
import uruk.jitlink.ObjectFile;

/**
 * What a call of {@code int add(int, int)} costs: through a static final handle and through a bound
 * interface, without and with the guard; and a guarded call that calls Java back. Goals: the
 * interface is as fast as the handle, and the guard adds at most 30 ns.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CallSpeed {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor UNARY = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final String SOURCE =
      """
      .globl add, back
      .type add, @function
      add:
        leal (%rdi,%rsi), %eax
        ret
      .type back, @function
      back:
        .cfi_startproc
        subq $8, %rsp
        .cfi_adjust_cfa_offset 8
        call to_java@PLT
        incl %eax
        addq $8, %rsp
        ret
        .cfi_endproc
      """;

  /** The function as Java sees it. */
  public interface Adder {
    /** {@return the sum} */
    int add(int a, int b);
  }

  private static final Jit PLAIN = program(false);
  private static final Jit GUARDED = program(true);
  private static final MethodHandle PLAIN_HANDLE = PLAIN.function("add", TYPE);
  private static final MethodHandle GUARDED_HANDLE = GUARDED.function("add", TYPE);
  private static final Adder PLAIN_INTERFACE = PLAIN.bind(Adder.class);
  private static final Adder GUARDED_INTERFACE = GUARDED.bind(Adder.class);
  private static final MethodHandle CALL_BACK = GUARDED.function("back", UNARY);

  private int a = 2;
  private int b = 3;

  private static Jit program(boolean guarded) {
    Inputs inputs = Inputs.ofProperties();
    byte[] object = inputs.assembled("calls", SOURCE, "add").objects().getFirst();
    Jit jit = Jit.builder().guard(guarded).create();
    try {
      MethodType type = MethodType.methodType(int.class, int.class);
      MethodHandle target = MethodHandles.lookup().findStatic(CallSpeed.class, "toJava", type);
      jit.define("to_java", target, UNARY);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("our own method is missing", impossible);
    }
    jit.add(ObjectFile.of("calls", object));
    return jit;
  }

  @SuppressWarnings("UnusedMethod") // called by linked code
  private static int toJava(int number) {
    return number;
  }

  /** A static final handle, unguarded. */
  @Benchmark
  public int handle() throws Throwable {
    return (int) PLAIN_HANDLE.invokeExact(a, b);
  }

  /** A static final handle, guarded. */
  @Benchmark
  public int guardedHandle() throws Throwable {
    return (int) GUARDED_HANDLE.invokeExact(a, b);
  }

  /** A bound interface, unguarded. */
  @Benchmark
  public int boundInterface() {
    return PLAIN_INTERFACE.add(a, b);
  }

  /** A bound interface, guarded. */
  @Benchmark
  public int guardedInterface() {
    return GUARDED_INTERFACE.add(a, b);
  }

  /** A static final handle, guarded, whose function calls Java back. */
  @Benchmark
  public int guardedCallBack() throws Throwable {
    return (int) CALL_BACK.invokeExact(a);
  }
}
