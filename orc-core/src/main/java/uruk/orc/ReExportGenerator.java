package uruk.orc;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Re-exports symbols of another dylib as they are asked for. */
public final class ReExportGenerator implements DefinitionGenerator {
  private final JITDylib source;
  private final JITDylibLookupFlags sourceFlags;
  private final Predicate<String> filter;

  /**
   * Creates a generator.
   *
   * @param source where the symbols are
   * @param sourceFlags which symbols of the source are seen
   * @param filter which names may be re-exported
   */
  public ReExportGenerator(
      JITDylib source, JITDylibLookupFlags sourceFlags, Predicate<String> filter) {
    this.source = source;
    this.sourceFlags = sourceFlags;
    this.filter = filter;
  }

  @Override
  public void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates) {
    List<String> wanted = candidates.names().stream().filter(filter).toList();
    if (wanted.isEmpty()) {
      return;
    }
    LookupState suspended = state.suspend();
    var _ =
        source
            .session()
            .lookupFlags(
                kind, SearchOrder.of(sourceFlags, source), SymbolLookupSet.weaklyReferenced(wanted))
            .whenComplete((found, failure) -> {
              if (failure == null) {
                goOn(suspended, dylib, found);
              } else {
                suspended.continueLookup(failure);
              }
            });
  }

  private void goOn(LookupState suspended, JITDylib dylib, Map<String, SymbolFlags> found) {
    try {
      reExport(dylib, found);
    } catch (RuntimeException refused) {
      suspended.continueLookup(refused);
      return;
    }
    suspended.continueLookup();
  }

  @Override
  public boolean mayDefine(String name) {
    return mayDefine(name, new HashSet<>());
  }

  /** Dylibs may re-export each other: those that have been asked are not asked again. */
  private boolean mayDefine(String name, Set<DefinitionGenerator> asked) {
    return asked.add(this)
        && filter.test(name)
        && (source.symbolState(name) != null
            || source.generators().stream()
                .anyMatch(generator ->
                    generator instanceof ReExportGenerator other
                        ? other.mayDefine(name, asked)
                        : generator.mayDefine(name)));
  }

  private void reExport(JITDylib dylib, Map<String, SymbolFlags> found) {
    if (!found.isEmpty()) {
      dylib.define(ReExports.of(source, sourceFlags, ReExports.identity(found)));
    }
  }
}
