package uruk.tools.jitlink;

import java.util.List;
import java.util.function.Predicate;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.ProcessSymbols;
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
 * The process's symbols where nothing is run. Those of the C library are found without a call of
 * native code, which keeps the start short. For a target whose pointers are narrower than the
 * process's they have the low half of their addresses: good enough to link with.
 */
final class UnrunProcessSymbols implements DefinitionGenerator {
  private static final SymbolFlags FLAGS =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.ABSOLUTE);

  private final boolean narrow;
  private final ProcessSymbols all = ProcessSymbols.all();

  /**
   * @param pointerSize the target's
   */
  UnrunProcessSymbols(int pointerSize) {
    narrow = pointerSize < Long.BYTES;
  }

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    SymbolMap.Builder found = SymbolMap.builder();
    SymbolLookupSet.Builder others = SymbolLookupSet.builder();
    candidates.forEach((name, flags) -> {
      long address = find(name);
      if (address != 0) {
        found.put(name, narrow ? Integer.toUnsignedLong((int) address) : address, FLAGS);
      } else {
        others.add(name, flags);
      }
    });
    SymbolMap symbols = found.build();
    if (!symbols.isEmpty()) {
      dylib.define(AbsoluteSymbols.of(symbols));
    }
    SymbolLookupSet rest = others.build();
    if (!narrow && !rest.isEmpty()) {
      all.tryToGenerate(state, kind, dylib, dylibFlags, rest);
    }
  }

  private long find(String name) {
    long address = DynamicLinker.systemSymbol(name);
    return address == 0 && narrow
        ? DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, name)
        : address;
  }

  @Override
  public List<String> names(Predicate<String> wanted) {
    return all.names(wanted);
  }

  @Override
  public String toString() {
    return all.toString();
  }
}
