package uruk.materialization.platform;

import com.google.common.collect.Maps;
import java.util.List;
import java.util.Set;
import uruk.orc.JITDylib;
import uruk.orc.MaterializationResponsibility;
import uruk.orc.MaterializationUnit;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;

/**
 * The functions that linked code must call instead of the process's ({@link Guard#replacements}).
 * Their addresses are asked for when a program needs one, which installs the guard if nothing has
 * before; most links need none and do not wait for it.
 */
final class GuardFunctions extends MaterializationUnit {
  private static final SymbolFlags FLAGS =
      SymbolFlags.of(
          SymbolFlags.EXPORTED, SymbolFlags.WEAK, SymbolFlags.ABSOLUTE, SymbolFlags.CALLABLE);

  private final Guard guard;

  GuardFunctions(Guard guard) {
    super(new Interface(Maps.asMap(GuardRuntime.replaced(), _ -> FLAGS)));
    this.guard = guard;
  }

  @Override
  public String name() {
    return "<Functions of the guard>";
  }

  @Override
  protected void materialize(MaterializationResponsibility responsibility) {
    Set<String> wanted = responsibility.symbols().keySet(); // without those that objects define
    SymbolMap.Builder symbols = SymbolMap.builder();
    guard
        .replacements()
        .forEach((name, address) -> {
          if (wanted.contains(name)) {
            symbols.put(name, address, FLAGS);
          }
        });
    responsibility.notifyResolved(symbols.build());
    responsibility.notifyEmitted(List.of());
  }

  @Override
  protected void discard(JITDylib dylib, String name) {}
}
