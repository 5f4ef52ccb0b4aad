package uruk.materialization.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.PassConfiguration;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.host.Libc;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.materialization.ObjectLinkingLayer;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.ResourceKey;

/**
 * Tells Linux's {@code perf} of the functions of linked objects, in {@code /tmp/perf-PID.map},
 * which {@code perf report} reads, and in {@code jit-PID.dump}, from which {@code perf inject
 * --jit} makes object files that can be annotated. The dump goes to a folder of the process's in
 * {@code .debug/jit} of the folder that the environment's {@code JITDUMPDIR} names, where LLVM's
 * goes, otherwise to {@code /tmp}. Both stay when the process ends. Thread-safe; the files' lock
 * guards them.
 */
public final class PerfPlugin implements LinkPlugin {
  private static final Path MAPS = Path.of("/tmp"); // perf looks nowhere else

  private final Map<LinkedObject, LinkedFunctions> links = new ConcurrentHashMap<>();
  private final ProfilerFiles files;

  /** The process's files. */
  private static final class ProfilerFiles {
    private static @Nullable ProfilerFiles instance; // guarded by ProfilerFiles.class

    private final PerfMap map;
    private final JitDump dump;

    private ProfilerFiles(int machine) {
      int process = Libc.processId();
      // First what fails where a folder cannot be written or mapped.
      dump = new JitDump(dumpFolder(process).resolve("jit-" + process + ".dump"), machine);
      map = new PerfMap(MAPS.resolve("perf-" + process + ".map"));
    }

    private static Path dumpFolder(int process) {
      String folder = System.getenv("JITDUMPDIR");
      if (folder == null) {
        return MAPS;
      }
      try {
        return Files.createDirectories(Path.of(folder, ".debug", "jit", "uruk-jit-" + process));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    static synchronized ProfilerFiles open(int machine) {
      ProfilerFiles files = instance;
      if (files == null) {
        files = new ProfilerFiles(machine);
        instance = files;
      }
      return files;
    }

    synchronized void add(List<NativeFunction> added) {
      added.forEach(map::add);
      added.forEach(dump::add);
    }

    synchronized void remove(List<NativeFunction> removed) {
      removed.forEach(map::remove);
    }
  }

  private PerfPlugin(ProfilerFiles files) {
    this.files = files;
  }

  /**
   * Adds profiler support to a layer, for the objects that it links from now on. They get pages of
   * their own, because perf looks functions up by the map in anonymous memory only.
   *
   * @throws java.io.UncheckedIOException if the files cannot be written
   * @throws uruk.jitlink.host.HostException if the dump cannot be mapped executable
   */
  public static void addTo(ObjectLinkingLayer layer) {
    int machine = InProcessMemoryManager.shared().target().elfMachine();
    layer.addPlugin(new PerfPlugin(ProfilerFiles.open(machine)));
    layer.useOwnPages();
  }

  @Override
  public void modifyPassConfiguration(
      LinkedObject object,
      MaterializationResponsibility responsibility,
      LinkGraph graph,
      PassConfiguration passes) {
    LinkedFunctions functions = new LinkedFunctions();
    links.put(object, functions);
    passes.prePrune().addFirst(functions::remember);
    passes.postFixup().add(functions::place);
  }

  @Override
  public void notifyEmitted(LinkedObject object, ResourceKey key) {
    LinkedFunctions linked = links.get(object);
    if (linked != null) {
      files.add(linked.functions());
    }
  }

  @Override
  public void notifyFailed(LinkedObject object, Throwable cause) {
    links.remove(object);
  }

  @Override
  public void notifyRemoving(LinkedObject object) {
    LinkedFunctions linked = links.remove(object);
    if (linked != null) {
      files.remove(linked.functions());
    }
  }
}
