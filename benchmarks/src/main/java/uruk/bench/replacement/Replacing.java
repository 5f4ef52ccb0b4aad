package uruk.bench.replacement;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import uruk.jit.Jit;
import uruk.jitlink.ObjectFile;
import uruk.materialization.BindingPolicy;
import uruk.materialization.LinkedObject;

/** Replacing an object of 100 functions that another one calls from 1,000 places. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Replacing {
  private final Jit jit = Jit.create();
  private final byte[][] versions = {
    Sources.content(Sources.library(0)), Sources.content(Sources.library(1))
  };
  private final LinkedObject object = jit.add(ObjectFile.of("library.o", versions[0]));
  private int turn;

  /** How the 1,000 calls are bound. */
  @Param({"STUB", "PATCH"})
  public BindingPolicy policy = BindingPolicy.STUB;

  /** Links the first version and its users. */
  @Setup
  public void link() {
    jit.objects().setBindingPolicy(jit.main(), policy);
    jit.add(Sources.users());
    var _ = jit.session().lookup(jit.main(), "sum");
  }

  /** Links the other version, leads everything to it, and frees the version before. */
  @Benchmark
  public void replace() {
    LinkedObject before = object.current();
    before.replace(ObjectFile.of("library.o", versions[turn ^= 1]));
    before.release();
  }

  /** Checks that all references lead where they should. */
  @TearDown
  public void verify() {
    if (!jit.objects().verify().isEmpty()) {
      throw new AssertionError("memory is not as linked: " + jit.objects().verify());
    }
  }
}
