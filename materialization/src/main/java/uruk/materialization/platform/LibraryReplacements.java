package uruk.materialization.platform;

import java.util.function.ToLongFunction;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.DefinitionGenerator;
import uruk.orc.ExecutorSymbolDef;
import uruk.orc.JITDylib;
import uruk.orc.JITDylibLookupFlags;
import uruk.orc.LookupKind;
import uruk.orc.LookupState;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolLookupSet;
import uruk.orc.SymbolMap;

/**
 * Defines functions when they are asked for. Unlike definitions in the program's dylib, they give
 * way to archives, whose members may be pulled in after the first use.
 *
 * @param functions addresses by name; 0 for those that are not replaced
 */
record LibraryReplacements(ToLongFunction<String> functions) implements DefinitionGenerator {
  private static final SymbolFlags FLAGS =
      SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.CALLABLE, SymbolFlags.ABSOLUTE);

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    candidates.forEach((name, flags) -> {
      long function = functions.applyAsLong(name);
      if (function != 0) {
        ExecutorSymbolDef definition = new ExecutorSymbolDef(function, FLAGS);
        dylib.define(AbsoluteSymbols.of(SymbolMap.of(name, definition)));
      }
    });
  }

  @Override
  public boolean mayDefine(String name) {
    return functions.applyAsLong(name) != 0;
  }

  /** {@return nothing: it is no place to add a library to, so errors do not name it} */
  @Override
  public String toString() {
    return "";
  }
}
