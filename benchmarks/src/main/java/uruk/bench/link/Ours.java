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
final class Ours implements AutoCloseable {
  /** Far longer than a page, so that it lies where libraries are mapped, in reach of all code. */
  private static final long PHONY_ADDRESS = Arena.global().allocate(1 << 22, 4096).address();

  private static final SymbolFlags PHONY_FLAGS =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.ABSOLUTE);

  private @Nullable Session session;

  /** What lives as long as one session. */
  private static final class Session implements AutoCloseable {
    final @Nullable ExecutorService threads;
    final ExecutionSession session;
    final ObjectLinkingLayer layer;
    final JITDylib process;
    final List<JITDylib> dylibs = new ArrayList<>();
    final List<ResourceTracker> trackers = new ArrayList<>();
    final Workload workload;
    final boolean phonyExternals;

    Session(Workload workload, int threadCount, boolean phonyExternals) {
      this.workload = workload;
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

    void link(int copies) {
      List<JITDylib> used = dylibs(copies);
      for (JITDylib dylib : used) {
        ResourceTracker tracker = dylib.createResourceTracker();
        trackers.add(tracker);
        for (byte[] object : workload.objects()) {
          layer.add(tracker, ObjectFile.of("object", object));
        }
      }
      List<CompletableFuture<SymbolMap>> found = new ArrayList<>();
      for (JITDylib dylib : used) {
        found.add(
            session.lookup(
                LookupKind.STATIC,
                SearchOrder.of(dylib),
                SymbolLookupSet.of(workload.symbols()),
                SymbolState.READY));
      }
      found.forEach(CompletableFuture::join);
    }

    void remove() {
      trackers.forEach(ResourceTracker::remove);
      trackers.clear();
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

  /**
   * Starts a session and ends the one before.
   *
   * @param newWorkload what it is to link
   * @param threads that link; 0 for the calling one
   * @param phonyExternals whether what is missing gets an address that nobody calls, instead of
   *     that of the process
   */
  void start(Workload newWorkload, int threads, boolean phonyExternals) {
    close();
    session = new Session(newWorkload, threads, phonyExternals);
  }

  /** Adds the objects to so many dylibs, and looks the symbols up in all of them at once. */
  void link(int copies) {
    current().link(copies);
  }

  /** Removes what the last call of {@link #link} has added. */
  void remove() {
    current().remove();
  }

  private Session current() {
    Session current = session;
    if (current == null) {
      throw new IllegalStateException("no session");
    }
    return current;
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
      session = null;
    }
  }
}
