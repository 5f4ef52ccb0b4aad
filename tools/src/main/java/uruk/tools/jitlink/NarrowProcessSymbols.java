package uruk.tools.jitlink;

import uruk.jitlink.host.DynamicLinker;
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
 * The process's symbols for a target whose pointers are narrower than the process's: the low 32
 * bits of each address. Good enough to link with, as nothing of such a target is run.
 */
final class NarrowProcessSymbols implements DefinitionGenerator {

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    SymbolMap.Builder found = SymbolMap.builder();
    candidates.forEach((name, flags) -> {
      long address = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, name);
      if (address != 0) {
        found.put(name, Integer.toUnsignedLong((int) address), SymbolFlags.EXPORTED);
      }
    });
    SymbolMap symbols = found.build();
    if (!symbols.isEmpty()) {
      dylib.define(AbsoluteSymbols.of(symbols));
    }
  }

  @Override
  public String toString() {
    return "the symbols of this process";
  }
}
