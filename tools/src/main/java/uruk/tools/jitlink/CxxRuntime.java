package uruk.tools.jitlink;

import com.google.common.base.Suppliers;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import uruk.jitlink.host.HostException;
import uruk.materialization.LibrarySymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.SymbolLookupSet;

/**
 * The C++ run-time library. The process of {@code llvm-jitlink} is a C++ program that has it, and
 * scripts count on that; here it is loaded when something looks for a C++ symbol.
 */
final class CxxRuntime implements DefinitionGenerator {
  private static final String LIBRARY = "libstdc++.so.6";
  private static final Pattern CXX = Pattern.compile("_Z.+|__cxa_.+|__gxx_.+|_Unwind_.+");

  private final Supplier<Optional<DefinitionGenerator>> library =
      Suppliers.memoize(CxxRuntime::open);

  private static Optional<DefinitionGenerator> open() {
    try {
      return Optional.of(LibrarySymbols.open(LIBRARY));
    } catch (HostException absent) {
      return Optional.empty();
    }
  }

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    boolean[] wanted = {false};
    candidates.forEach((name, flags) -> wanted[0] |= CXX.matcher(name).matches());
    if (wanted[0]) {
      library
          .get()
          .ifPresent(found -> found.tryToGenerate(state, kind, dylib, dylibFlags, candidates));
    }
  }

  @Override
  public boolean mayDefine(String name) {
    return CXX.matcher(name).matches()
        && library.get().map(found -> found.mayDefine(name)).orElse(false);
  }

  @Override
  public String toString() {
    return LIBRARY;
  }
}
