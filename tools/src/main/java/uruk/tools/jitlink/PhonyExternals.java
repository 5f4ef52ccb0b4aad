package uruk.tools.jitlink;

import uruk.orc.AbsoluteSymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/** Defines whatever is looked for as null. */
final class PhonyExternals implements DefinitionGenerator {

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    SymbolMap.Builder phony = SymbolMap.builder();
    candidates.forEach((name, flags) -> phony.put(name, 0, SymbolFlags.EXPORTED));
    dylib.define(AbsoluteSymbols.of(phony.build()));
  }

  @Override
  public String toString() {
    return "-phony-externals";
  }
}
