package uruk.jitlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.InFlightAllocation;
import uruk.jitlink.memory.MemoryManager;
import uruk.jitlink.memory.SegmentRange;
import uruk.jitlink.memory.SlabMemoryManager;
import uruk.jitlink.x86_64.X86_64;
import uruk.jitlink.x86_64.X86_64EdgeKind;

class JITLinkerTest {
  private static final long SLAB = 0x100000;

  private final LinkGraph graph = new LinkGraph("phases.o", X86_64.INSTANCE);
  private final Section text = graph.createSection(".text", MemProt.READ_EXEC);
  private final Block code = graph.createContentBlock(text, new byte[8], 0, 16, 0);
  private final Block dead = graph.createContentBlock(text, new byte[8], 8, 16, 0);
  private final Symbol external = graph.addExternalSymbol("external", 0, false);
  private final List<String> events = new ArrayList<>();
  private final Context context = new Context();

  @BeforeEach
  void mainCallsAnExternalFunction() {
    graph.addDefinedSymbol(code, 0, "main", 8, Linkage.STRONG, Scope.DEFAULT, true, true);
    graph.addDefinedSymbol(dead, 0, "unused", 8, Linkage.STRONG, Scope.LOCAL, true, false);
    code.addEdge(X86_64EdgeKind.BRANCH_PC_REL32, 1, external, 0);
  }

  @Test
  void phasesComeInTheirOrder() {
    JITLinker.link(graph, context);

    assertThat(events)
        .containsExactly(
            "prePrune",
            "markLive",
            "postPrune",
            "allocate",
            "postAllocation",
            "resolved",
            "lookup {external=REQUIRED_SYMBOL}",
            "preFixup",
            "postFixup",
            "complete",
            "finalized");
    assertThat(context.failure).isNull();
  }

  @Test
  void eachPassSeesTheStateThatItsSlotPromises() {
    context.passes =
        passes -> {
          passes.prePrune().addFirst(g -> assertThat(g.blocks()).contains(dead));
          passes.postPrune().add(g -> assertThat(g.blocks()).doesNotContain(dead));
          passes.postAllocation().add(g -> assertThat(code.address()).isEqualTo(SLAB));
          passes.postAllocation().add(g -> assertThat(external.address()).isZero());
          passes.preFixup().add(g -> assertThat(external.address()).isEqualTo(0x200000));
          passes.preFixup().add(g -> assertThat(displacement()).isZero());
          passes.postFixup().add(g -> assertThat(displacement()).isEqualTo(0x200000 - SLAB - 5));
        };

    JITLinker.link(graph, context);

    assertThat(context.failure).isNull();
    assertThat(events).endsWith("finalized");
  }

  private int displacement() {
    return code.content().getInt(code.contentOffset() + 1);
  }

  @Test
  void theLinkWaitsForEachFutureAndGoesOnWhereItIsCompleted() {
    context.later = true;
    JITLinker.link(graph, context);
    assertThat(events).endsWith("allocate");

    context.completeNext();
    assertThat(events).endsWith("lookup {external=REQUIRED_SYMBOL}");
    context.completeNext();
    assertThat(events).endsWith("complete");
    context.completeNext();

    assertThat(events).endsWith("finalized");
  }

  enum Boundary {
    ALLOCATE,
    LOOKUP,
    COMPLETE
  }

  @ParameterizedTest
  @EnumSource
  void aFailureAtABoundaryIsReportedOnceWithItsCause(Boundary boundary) {
    context.failAt = boundary;

    JITLinker.link(graph, context);

    LinkException failure = context.failure;
    assertThat(failure).isNotNull().hasRootCauseMessage("refused");
    assertThat(failure).hasMessageContaining("phases.o");
    assertThat(events).doesNotContain("finalized").containsOnlyOnce("failed");
    if (boundary == Boundary.LOOKUP) {
      assertThat(events)
          .as("memory is given back before the failure is told")
          .endsWith("abandon", "failed");
    } else {
      assertThat(events).doesNotContain("abandon");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFailurePassedByAFutureIsReportedAlike(Boundary boundary) {
    context.later = true;
    context.failAt = boundary;
    JITLinker.link(graph, context);
    while (context.failure == null) {
      context.completeNext();
    }

    assertThat(context.failure).hasRootCauseMessage("refused");
    assertThat(events).containsOnlyOnce("failed");
  }

  @Test
  void aPassThatThrowsEndsTheLinkAndAbandonsItsMemory() {
    context.passes =
        passes ->
            passes
                .postFixup()
                .add(g -> {
                  throw new IllegalStateException("the pass gave up");
                });

    JITLinker.link(graph, context);

    assertThat(context.failure).isInstanceOf(LinkFailedException.class);
    assertThat(context.failure).hasMessageContaining("the pass gave up");
    assertThat(events).endsWith("abandon", "failed");
  }

  @Test
  void memoryThatTheContextRefusesIsGivenBack() {
    context.refuseFinalized = true;

    JITLinker.link(graph, context);

    assertThat(events).endsWith("finalized", "deallocate", "failed");
  }

  @Test
  void aFailureIsReportedThoughMemoryCannotBeGivenBack() {
    context.failAt = Boundary.LOOKUP;
    context.abandonFailure = new IllegalStateException("kept");

    JITLinker.link(graph, context);

    assertThat(events).endsWith("abandon", "failed");
    assertThat(context.failure).isNotNull().hasRootCauseMessage("refused");
    assertThat(context.failure.getSuppressed()).containsExactly(context.abandonFailure);
  }

  @Test
  void aMissingSymbolIsNamed() {
    context.found = Map.of();

    JITLinker.link(graph, context);

    assertThat(context.failure)
        .isInstanceOf(UnresolvedExternalException.class)
        .hasMessageContaining("Symbols not found: [ external ]");
  }

  @Test
  void aMissingWeakSymbolIsZero() {
    external.setWeaklyReferenced(true);
    context.found = Map.of();

    JITLinker.link(graph, context);

    assertThat(context.failure).isNull();
    assertThat(external.address()).isZero();
    assertThat(displacement())
        .as("zero is in reach of this slab")
        .isEqualTo((int) -(code.address() + 5));
  }

  @Test
  void aTargetOutOfReachIsRefusedWithAllNumbers() {
    code.edges().clear();
    code.addEdge(X86_64EdgeKind.DELTA32, 0, external, 16);
    context.found = Map.of("external", new ResolvedSymbol(0x7fff00000000L, true));

    JITLinker.link(graph, context);

    assertThat(context.failure)
        .isInstanceOf(FixupOutOfRangeException.class)
        .hasMessageContaining("In graph phases.o, section .text: ")
        .hasMessageContaining(
            "\"external\" at address 0x7fff00000000 (external) is out of range of Delta32 fixup");
  }

  @Test
  void futuresThatAreReadyDoNotDeepenTheStack() {
    assertThat(depthAtEnd()).isLessThan(60);
  }

  private int depthAtEnd() {
    int before = Thread.currentThread().getStackTrace().length;
    int[] depth = new int[1];
    context.passes =
        passes ->
            passes
                .postFixup()
                .add(g -> depth[0] = Thread.currentThread().getStackTrace().length - before);
    JITLinker.link(graph, context);
    return depth[0];
  }

  /** Notes what happens, and lets the test decide when futures complete and where they fail. */
  private final class Context implements LinkContext, MemoryManager {
    private final MemoryManager slab = new SlabMemoryManager(SLAB, 1 << 20, 4096);
    private final List<Runnable> pending = new ArrayList<>();
    private Map<String, ResolvedSymbol> found =
        Map.of("external", new ResolvedSymbol(0x200000, true));
    private Consumer<PassConfiguration> passes = unused -> {};
    private @Nullable Boundary failAt;
    private @Nullable LinkException failure;
    private boolean later;
    private boolean refuseFinalized;
    private @Nullable RuntimeException abandonFailure;

    private <T> CompletableFuture<T> answer(Boundary boundary, T value) {
      CompletableFuture<T> future = new CompletableFuture<>();
      Runnable completion =
          () -> {
            if (failAt == boundary) {
              future.completeExceptionally(new IllegalStateException("refused"));
            } else {
              future.complete(value);
            }
          };
      if (later) {
        pending.add(completion);
      } else {
        completion.run();
      }
      return future;
    }

    void completeNext() {
      pending.removeFirst().run();
    }

    @Override
    public MemoryManager memoryManager() {
      return this;
    }

    @Override
    public CompletableFuture<InFlightAllocation> allocate(LinkGraph allocated) {
      events.add("allocate");
      InFlightAllocation allocation = slab.allocate(allocated).join();
      return answer(
          Boundary.ALLOCATE,
          new InFlightAllocation() {
            @Override
            public CompletableFuture<FinalizedAllocation> complete() {
              events.add("complete");
              return answer(Boundary.COMPLETE, new Allocation());
            }

            @Override
            public CompletableFuture<Void> abandon() {
              events.add("abandon");
              if (abandonFailure != null) {
                throw abandonFailure;
              }
              return allocation.abandon();
            }
          });
    }

    @Override
    public CompletableFuture<Map<String, ResolvedSymbol>> lookup(
        Map<String, SymbolLookupFlags> symbols) {
      events.add("lookup " + symbols);
      return answer(Boundary.LOOKUP, found);
    }

    @Override
    public void markLive(LinkGraph marked) {
      events.add("markLive");
    }

    @Override
    public boolean mayBeOutOfReach(Symbol symbol) {
      return false;
    }

    @Override
    public void modifyPassConfiguration(LinkGraph modified, PassConfiguration configuration) {
      configuration.prePrune().addFirst(g -> events.add("prePrune"));
      configuration.postPrune().add(g -> events.add("postPrune"));
      configuration.postAllocation().add(g -> events.add("postAllocation"));
      configuration.preFixup().add(g -> events.add("preFixup"));
      configuration.postFixup().add(g -> events.add("postFixup"));
      passes.accept(configuration);
    }

    @Override
    public void notifyResolved(LinkGraph resolved) {
      events.add("resolved");
    }

    @Override
    public void notifyFinalized(FinalizedAllocation allocation) {
      events.add("finalized");
      if (refuseFinalized) {
        throw new IllegalStateException("refused");
      }
    }

    @Override
    public void notifyFailed(LinkException thrown) {
      events.add("failed");
      failure = thrown;
    }
  }

  private final class Allocation implements FinalizedAllocation {
    @Override
    public List<SegmentRange> segments() {
      return List.of();
    }

    @Override
    public long footprint() {
      return 0;
    }

    @Override
    public CompletableFuture<Void> deallocate() {
      events.add("deallocate");
      return CompletableFuture.completedFuture(null);
    }
  }
}
