package uruk.materialization;

import java.util.List;
import java.util.function.Predicate;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.HostException;
import uruk.jitlink.host.LoadedLibraries;
import uruk.jitlink.host.ThreadLocalModule;
import uruk.jitlink.host.ThreadLocalModule.Access;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/**
 * Defines the symbols of this process (the C library and whatever else is loaded for everybody) in
 * a dylib as they are asked for. A name with a version, {@code foo@VERSION}, means that version of
 * the symbol (dlvsym(3)). Thread-safe.
 */
public final class ProcessSymbols implements DefinitionGenerator {
  private static final SymbolFlags FLAGS =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.ABSOLUTE);

  private final String title;
  private final long handle;
  private final Predicate<String> allowed;

  ProcessSymbols(String title, long handle, Predicate<String> allowed) {
    this.title = title;
    this.handle = handle;
    this.allowed = allowed;
  }

  /** {@return a generator of all symbols of the process} */
  public static ProcessSymbols all() {
    return matching(name -> true);
  }

  /** {@return a generator of the process's symbols whose names the filter lets pass} */
  public static ProcessSymbols matching(Predicate<String> filter) {
    return new ProcessSymbols("the symbols of this process", DynamicLinker.RTLD_DEFAULT, filter);
  }

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    SymbolMap.Builder found = SymbolMap.builder();
    candidates.forEach((name, flags) -> {
      long address = find(name);
      if (address != 0) {
        found.put(name, address, FLAGS);
      }
    });
    SymbolMap symbols = found.build();
    if (!symbols.isEmpty()) {
      dylib.define(AbsoluteSymbols.of(symbols));
    }
  }

  @Override
  public List<String> names(Predicate<String> wanted) {
    return LoadedLibraries.exportedNames(wanted).stream().filter(name -> find(name) != 0).toList();
  }

  @Override
  public boolean mayDefine(String name) {
    return find(name) != 0;
  }

  /**
   * {@return the address of a symbol, or 0 when there is none of that name or it may not be seen}
   */
  long find(String name) {
    if (!allowed.test(name)) {
      return 0;
    }
    int version = name.indexOf('@');
    if (version <= 0) {
      return DynamicLinker.symbol(handle, name);
    }
    int begin = name.startsWith("@@", version) ? version + 2 : version + 1;
    return DynamicLinker.symbol(handle, name.substring(0, version), name.substring(begin));
  }

  /**
   * {@return the calling thread's copy of a thread-local variable, or 0 as for {@link #find}} To
   * ask for it is to touch it, so it is given a fixed distance from the thread pointer before,
   * which code in the exec models needs, if there is room.
   */
  long findThreadLocal(String name) {
    if (allowed.test(name)) {
      try {
        ThreadLocalModule.ofProcess(name, Access.FIXED).close();
      } catch (HostException notThere) {
        // Or no room: the symbol table tells.
      }
    }
    return find(name);
  }

  /** {@return what is searched, for error texts} */
  @Override
  public String toString() {
    return title;
  }
}
