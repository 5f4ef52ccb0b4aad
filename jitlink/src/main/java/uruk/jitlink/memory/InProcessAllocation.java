package uruk.jitlink.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import uruk.jitlink.MemoryAllocationException;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Section;
import uruk.jitlink.host.HostException;
import uruk.jitlink.pass.FrameDescriptions;

/** Memory of one graph in this process, written but not yet run. */
final class InProcessAllocation implements InFlightAllocation {
  private final InProcessMemoryManager manager;
  private final LinkGraph graph;
  private final PoolSet pools;
  private final List<PlacedSegment> segments;
  private final AtomicBoolean ended = new AtomicBoolean();

  InProcessAllocation(
      InProcessMemoryManager manager,
      LinkGraph graph,
      PoolSet pools,
      List<PlacedSegment> segments) {
    this.manager = manager;
    this.graph = graph;
    this.pools = pools;
    this.segments = new ArrayList<>(segments);
  }

  @Override
  public void allocateAdded(List<Section> added) {
    try {
      Layout layout = Layout.of(graph.name(), added);
      segments.addAll(manager.placeBeside(pools, segments, layout));
    } catch (HostException refused) {
      throw new MemoryAllocationException(
          graph.name() + ": no memory: " + refused.getMessage(), refused);
    }
  }

  @Override
  public CompletableFuture<FinalizedAllocation> complete() {
    end();
    try {
      List<FrameDescriptions.Entry> frames = FrameDescriptions.of(graph);
      segments.forEach(segment -> segment.publish(frames));
      segments.forEach(PlacedSegment::protect);
    } catch (HostException refused) {
      freeAll();
      return CompletableFuture.failedFuture(
          new MemoryAllocationException(
              graph.name() + ": memory cannot be protected: " + refused.getMessage(), refused));
    } catch (RuntimeException failure) {
      freeAll();
      return CompletableFuture.failedFuture(failure);
    }
    return CompletableFuture.completedFuture(new Finalized(manager, keepStandard()));
  }

  private List<PlacedMemory> keepStandard() {
    List<PlacedMemory> kept = new ArrayList<>();
    List<PlacedMemory> done = new ArrayList<>();
    for (PlacedSegment segment : segments) {
      boolean standard = segment.segment().memLifetime() == MemLifetime.STANDARD;
      (standard ? kept : done).add(segment.memory());
    }
    manager.free(done);
    return List.copyOf(kept);
  }

  private void freeAll() {
    manager.free(segments.stream().map(PlacedSegment::memory).toList());
  }

  @Override
  public CompletableFuture<Void> abandon() {
    end();
    freeAll();
    return CompletableFuture.completedFuture(null);
  }

  private void end() {
    if (!ended.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "the allocation of " + graph.name() + " is completed or abandoned already");
    }
  }

  /** The same memory, ready to run. */
  private static final class Finalized implements FinalizedAllocation {
    private final InProcessMemoryManager manager;
    private volatile List<PlacedMemory> memory;
    private final AtomicBoolean deallocated = new AtomicBoolean();

    Finalized(InProcessMemoryManager manager, List<PlacedMemory> memory) {
      this.manager = manager;
      this.memory = memory;
    }

    @Override
    public List<SegmentRange> segments() {
      List<SegmentRange> ranges = new ArrayList<>();
      for (PlacedMemory piece : memory) {
        if (piece.range().size() > 0) {
          ranges.add(piece.range());
        }
      }
      ranges.sort((a, b) -> Long.compareUnsigned(a.address(), b.address()));
      return ranges;
    }

    @Override
    public long footprint() {
      long bytes = 0;
      for (PlacedMemory piece : memory) {
        bytes += piece.footprint();
      }
      return bytes;
    }

    @Override
    public synchronized void deallocate(MemProt protection) {
      if (deallocated.get()) {
        throw new IllegalStateException("the memory is deallocated already");
      }
      Map<Boolean, List<PlacedMemory>> parts =
          memory.stream()
              .collect(Collectors.partitioningBy(piece -> piece.memProt() == protection));
      memory = parts.getOrDefault(false, List.of());
      manager.free(parts.getOrDefault(true, List.of()));
    }

    @Override
    public synchronized CompletableFuture<Void> deallocate() {
      if (!deallocated.compareAndSet(false, true)) {
        throw new IllegalStateException("the memory is deallocated already");
      }
      manager.free(memory);
      return CompletableFuture.completedFuture(null);
    }
  }
}
