package uruk.bench.link;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.pass.ApplyFixups;

/** What the small steps of a link cost: per symbol, per relocation, per fix-up, per entry. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LinkMicro {
  private static final int COUNT = 100_000;

  private final Inputs inputs = Inputs.ofProperties();
  private final ObjectFile globals =
      object(
          inputs.assembled("globals-100000", AssemblySources.globals(COUNT), "global_function_0"));
  private final ObjectFile relocations =
      object(inputs.assembled("relocations-100000", AssemblySources.relocations(COUNT), "f0"));
  private final LinkGraph graph = relocations.linkGraph();

  private final Ours ours = new Ours();
  private final InProcessMemoryManager memory = InProcessMemoryManager.shared();
  private final long[] entry = memory.createEntries(1, false);
  private final long[] target = {0};

  private static ObjectFile object(Workload workload) {
    return ObjectFile.of("object", workload.objects().getFirst());
  }

  /** Starts a session. */
  @Setup
  public void start() {
    ours.start(new LinkCases(inputs).named("tiny").workload().get(), 0, false);
  }

  /** Ends the session. */
  @TearDown
  public void close() {
    ours.close();
    memory.releaseEntries(entry);
  }

  /** Reads the names and facts of global symbols; per symbol. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public ObjectInterface symbols() {
    return globals.symbols();
  }

  /** Builds a graph; per relocation. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public LinkGraph edges() {
    return relocations.linkGraph();
  }

  /** Evaluates and stores fix-ups; per edge. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public LinkGraph fixups() {
    ApplyFixups.apply(graph);
    return graph;
  }

  /** Adds, looks up and removes an object of one function. */
  @Benchmark
  public void tinyObject() {
    ours.link(1);
    ours.remove();
  }

  /** Makes a function's entry lead elsewhere. */
  @Benchmark
  public void redirect() {
    target[0] ^= 16;
    memory.redirectEntries(entry, target);
  }
}
