package uruk.bench.link;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.ProcessSymbols;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.ExecutionSession;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.ResourceTracker;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;
import uruk.orc.TaskDispatcher;

/** Uruk, set up as its facade does. */
final class Ours implements Side {
  /** Far longer than a page, so that it lies where libraries are mapped, in reach of all code. */
  private static final long PHONY_ADDRESS = Arena.global().allocate(1 << 22, 4096).address();

  private static final SymbolFlags PHONY_FLAGS =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.ABSOLUTE);

  private final ProcessClock cpu = new ProcessClock();
  private @Nullable Workload workload;
  private @Nullable Session session;

  /** What lives as long as one session. */
  private static final class Session implements AutoCloseable {
    final @Nullable ExecutorService threads;
    final ExecutionSession session;
    final ObjectLinkingLayer layer;
    final JITDylib process;
    final List<JITDylib> dylibs = new ArrayList<>();
    final boolean phonyExternals;

    Session(int threadCount, boolean phonyExternals) {
      this.phonyExternals = phonyExternals;
      threads = threadCount == 0 ? null : Executors.newFixedThreadPool(threadCount);
      session =
          ExecutionSession.builder()
              .dispatcher(
                  threads == null
                      ? TaskDispatcher.inPlace()
                      : TaskDispatcher.of(threads, threadCount))
              .build();
      layer = new ObjectLinkingLayer(session);
      process = session.createJITDylib("process");
      process.addGenerator(ProcessSymbols.all());
    }

    List<JITDylib> dylibs(int count) {
      while (dylibs.size() < count) {
        JITDylib dylib = session.createJITDylib("main" + dylibs.size());
        if (phonyExternals) {
          dylib.addGenerator(phonySymbols());
        }
        dylib.addToLinkOrder(process, JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY);
        dylibs.add(dylib);
      }
      return dylibs.subList(0, count);
    }

    @Override
    public void close() {
      session.close();
      if (threads != null) {
        threads.close();
      }
    }
  }

  private static DefinitionGenerator phonySymbols() {
    return (state, kind, dylib, flags, candidates) -> {
      SymbolMap.Builder phony = SymbolMap.builder(candidates.size());
      candidates.forEach((name, required) -> phony.put(name, PHONY_ADDRESS, PHONY_FLAGS));
      dylib.define(AbsoluteSymbols.of(phony.build()));
    };
  }

  @Override
  public void load(Workload loaded) {
    closeSession();
    workload = loaded;
  }

  @Override
  public void startSession(int threads, boolean phonyExternals) {
    closeSession();
    session = new Session(threads, phonyExternals);
  }

  @Override
  public Measurement link(int times) {
    List<Measurement> runs = new ArrayList<>(times);
    for (int i = 0; i < times; i++) {
      runs.add(spread(1));
    }
    return new Measurement(
        Measurement.median(runs, Measurement::link),
        runs.stream().mapToLong(Measurement::cpu).sum() / times,
        Measurement.median(runs, Measurement::remove));
  }

  @Override
  public Measurement spread(int copies) {
    Session current = session;
    Workload work = workload;
    if (current == null || work == null) {
      throw new IllegalStateException("no session or no workload");
    }
    List<JITDylib> dylibs = current.dylibs(copies);
    long wallBefore = System.nanoTime();
    long cpuBefore = cpu.nanoseconds();
    List<ResourceTracker> trackers = new ArrayList<>();
    for (JITDylib dylib : dylibs) {
      ResourceTracker tracker = dylib.createResourceTracker();
      trackers.add(tracker);
      for (byte[] object : work.objects()) {
        current.layer.add(tracker, ObjectFile.of("object", object));
      }
    }
    List<CompletableFuture<SymbolMap>> found = new ArrayList<>();
    for (JITDylib dylib : dylibs) {
      found.add(
          current.session.lookup(
              LookupKind.STATIC,
              SearchOrder.of(dylib),
              SymbolLookupSet.of(work.symbols()),
              SymbolState.READY));
    }
    found.forEach(CompletableFuture::join);
    long cpuTime = cpu.nanoseconds() - cpuBefore;
    long linked = System.nanoTime();
    trackers.forEach(ResourceTracker::remove);
    return new Measurement(linked - wallBefore, cpuTime, System.nanoTime() - linked);
  }

  private void closeSession() {
    if (session != null) {
      session.close();
      session = null;
    }
  }

  @Override
  public void close() {
    closeSession();
  }
}
