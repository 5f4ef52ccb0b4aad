package uruk.bench.link;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import uruk.bench.compare.ProcessClock;

/** Adds the objects of a {@link LinkCase} to a session and looks their symbols up. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class LinkBenchmark {
  /** The name of the case. */
  @Param("tiny")
  public String linkCase = "";

  private final Ours ours = new Ours();
  private final ProcessClock clock = new ProcessClock();
  private int copies;
  private long cpuBefore;

  /** What JMH does not time. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Beside {
    /** Links. */
    public double links;

    /** CPU time of the links with all threads of the process, in milliseconds. */
    public double cpu;

    /** Wall time of the removals after them, in milliseconds. */
    public double removal;
  }

  /** Starts a session. */
  @Setup
  public void start() {
    LinkCase chosen = new LinkCases(Inputs.ofProperties()).named(linkCase);
    copies = chosen.copies();
    ours.start(chosen.workload().get(), chosen.threads(), chosen.phonyExternals());
  }

  /** Ends the session. */
  @TearDown
  public void close() {
    ours.close();
  }

  /** Begins to count CPU time. */
  @Setup(Level.Invocation)
  public void before() {
    cpuBefore = clock.nanoseconds();
  }

  /** Adds the objects and looks the symbols up. */
  @Benchmark
  public void link() {
    ours.link(copies);
  }

  /** Removes what was linked. */
  @TearDown(Level.Invocation)
  public void remove(Beside beside) {
    beside.links++;
    beside.cpu += (clock.nanoseconds() - cpuBefore) / 1e6;
    long begin = System.nanoTime();
    ours.remove();
    beside.removal += (System.nanoTime() - begin) / 1e6;
  }
}
