package uruk.materialization.platform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.host.ExportModule;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.LinkPlugin;
import uruk.materialization.LinkedObject;
import uruk.materialization.ObjectLinkingLayer;
import uruk.materialization.Replacement;
import uruk.materialization.ReplacementListener;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;
import uruk.orc.SymbolState;

/**
 * Lets the rest of the process find linked symbols: {@code dlsym(RTLD_DEFAULT, …)}, and libraries
 * that are opened with dlopen(3), such as the extension modules of an interpreter.
 *
 * <p>What is exported stays so until its object is removed; then it is gone from the table, while
 * libraries that are bound to it keep an address at which there is nothing any more: close them
 * first. When objects are replaced, functions keep their address and variables are exported at
 * their new one, for libraries that are bound from then on.
 *
 * <p>Thread-safe.
 */
public final class SymbolExports implements LinkPlugin, ReplacementListener, AutoCloseable {
  private final ObjectLinkingLayer layer;

  /**
   * What is exported of each dylib. Guarded by this, so that addresses are read and written in one
   * step; no look-up waits inside.
   */
  private final Map<JITDylib, List<ExportModule>> modules = new HashMap<>();

  /** Makes an exporter that follows what happens to the objects of a layer. */
  public SymbolExports(ObjectLinkingLayer layer) {
    this.layer = layer;
    layer.addPlugin(this);
    layer.addListener(this);
  }

  /**
   * Links everything that a dylib's objects export and makes it visible to the process. What is
   * added to the dylib later is not; call this again to export it, too.
   *
   * <p>A name that the program, or a library opened for everybody before, defines as well means
   * theirs to others: the system's dynamic linker takes the first. What a dylib has that comes from
   * no object, such as the platform's own {@code atexit}, is not exported.
   *
   * @throws uruk.orc.OrcException if something cannot be linked; nothing is exported then
   * @throws uruk.jitlink.host.HostException with the dynamic linker's reason
   */
  public void export(JITDylib dylib) {
    SymbolMap linked = link(dylib);
    synchronized (this) {
      List<ExportModule> opened = modules.computeIfAbsent(dylib, _ -> new ArrayList<>());
      List<ExportModule.Symbol> symbols = new ArrayList<>();
      for (LinkedObject object : layer.objects()) {
        if (object.dylib().equals(dylib)) {
          for (String name : object.symbolNames()) {
            ExecutorSymbolDef now = linked.contains(name) ? current(dylib, name) : null;
            if (now != null && opened.stream().noneMatch(module -> module.contains(name))) {
              symbols.add(new ExportModule.Symbol(name, now.address(), now.flags().isCallable()));
            }
          }
        }
      }
      if (!symbols.isEmpty()) {
        opened.add(ExportModule.open("uruk-exports-" + dylib.name(), symbols));
      }
    }
  }

  /** {@return an exported symbol as it is at this moment, or null if it is not ready} */
  private static @Nullable ExecutorSymbolDef current(JITDylib dylib, String name) {
    ExecutorSymbolDef definition = dylib.definition(name);
    return definition != null
            && definition.flags().isExported()
            && dylib.symbolState(name) == SymbolState.READY
        ? definition
        : null;
  }

  private static SymbolMap link(JITDylib dylib) {
    List<String> names = new ArrayList<>();
    dylib
        .symbols("")
        .forEach((name, definition) -> {
          if (definition.flags().isExported() && !definition.flags().isAbsolute()) {
            names.add(name);
          }
        });
    SearchOrder order = SearchOrder.of(JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY, dylib);
    return dylib.session().lookup(order, SymbolLookupSet.weaklyReferenced(names));
  }

  @Override
  public synchronized void notifyRemoving(LinkedObject object) {
    for (ExportModule module : modules.getOrDefault(object.dylib(), List.of())) {
      for (String name : object.symbolNames()) {
        // An object that was replaced leaves its names to the later version.
        if (object.dylib().symbolState(name) == null || isIn(object, module.address(name))) {
          module.withdraw(name);
        }
      }
    }
  }

  /** Another object may have defined the name already, at another place. */
  private static boolean isIn(LinkedObject object, long address) {
    long place = InProcessMemoryManager.shared().targetIfEntry(address);
    return object.segments().stream().anyMatch(segment -> segment.contains(place));
  }

  /**
   * Whichever update is told last: what its symbols are is asked now, and not what it made them.
   */
  @Override
  public synchronized void updated(Replacement replacement) {
    for (LinkedObject object : replacement.objects()) {
      for (ExportModule module : modules.getOrDefault(object.dylib(), List.of())) {
        for (String name : object.symbolNames()) {
          ExecutorSymbolDef now = current(object.dylib(), name);
          if (now != null) {
            module.move(name, now.address());
          }
        }
      }
    }
  }

  /** Makes everything invisible that was exported. */
  @Override
  public synchronized void close() {
    modules.values().forEach(opened -> opened.forEach(ExportModule::close));
    modules.clear();
    layer.removePlugin(this);
    layer.removeListener(this);
  }
}
