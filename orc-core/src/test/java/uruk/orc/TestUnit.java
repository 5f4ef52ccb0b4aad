package uruk.orc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A unit that does what a test tells it, and remembers what happened to it. */
final class TestUnit extends MaterializationUnit {
  static final SymbolFlags FUNCTION = SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.CALLABLE);

  private final String name;
  private final Consumer<MaterializationResponsibility> action;
  private final Map<String, CommonExtent> extents = new LinkedHashMap<>();
  final List<String> discarded = new ArrayList<>();
  final Map<String, CommonExtent> merged = new LinkedHashMap<>();
  int runs;

  TestUnit(
      String name,
      Map<String, SymbolFlags> symbols,
      Consumer<MaterializationResponsibility> action) {
    super(new Interface(symbols));
    this.name = name;
    this.action = action;
  }

  TestUnit(String name, Interface declared, Consumer<MaterializationResponsibility> action) {
    super(declared);
    this.name = name;
    this.action = action;
  }

  /** {@return a unit of exported functions that emits all it owns at once, without dependences} */
  static TestUnit of(String... names) {
    return new TestUnit(String.join("+", names), flags(FUNCTION, names), TestUnit::emit);
  }

  /** {@return a unit of exported functions} */
  static TestUnit of(Consumer<MaterializationResponsibility> action, String... names) {
    return new TestUnit(String.join("+", names), flags(FUNCTION, names), action);
  }

  /**
   * {@return a unit that goes on once another symbol is found, and fails with whatever that does}
   */
  static TestUnit waiting(
      JITDylib dylib,
      String name,
      String needed,
      SymbolState state,
      Consumer<MaterializationResponsibility> found) {
    return of(
        responsibility ->
            whenFound(responsibility, dylib, state, () -> found.accept(responsibility), needed),
        name);
  }

  /** {@return a unit linked as a linker does it: resolve, look the others up, emit} */
  static TestUnit linked(JITDylib dylib, String name, String... needed) {
    return linked(Runnable::run, dylib, name, needed);
  }

  /** {@return a unit linked as a linker does it, whose emission is left to somebody} */
  static TestUnit linked(
      Consumer<Runnable> emission, JITDylib dylib, String name, String... needed) {
    return of(
        responsibility -> {
          resolve(responsibility);
          Runnable emit =
              () ->
                  responsibility.notifyEmitted(List.of(SessionFixture.group(name, dylib, needed)));
          whenFound(
              responsibility, dylib, SymbolState.RESOLVED, () -> emission.accept(emit), needed);
        },
        name);
  }

  private static void whenFound(
      MaterializationResponsibility responsibility,
      JITDylib dylib,
      SymbolState state,
      Runnable next,
      String... needed) {
    var _ =
        responsibility
            .lookup(
                LookupKind.STATIC, SearchOrder.of(dylib), SymbolLookupSet.of(needed), state, null)
            .whenComplete((found, failure) -> {
              if (failure == null) {
                next.run();
              } else {
                responsibility.failMaterialization(failure);
              }
            });
  }

  static TestUnit of(SymbolFlags flags, String... names) {
    return new TestUnit(String.join("+", names), flags(flags, names), TestUnit::emit);
  }

  static TestUnit weak(String... names) {
    return of(FUNCTION.with(SymbolFlags.WEAK), names);
  }

  /** {@return a unit of one common symbol} */
  static TestUnit common(String name, long size, long alignment) {
    TestUnit unit = of(SymbolFlags.of(SymbolFlags.EXPORTED, SymbolFlags.COMMON), name);
    unit.extents.put(name, new CommonExtent(size, alignment));
    return unit;
  }

  static Map<String, SymbolFlags> flags(SymbolFlags flags, String... names) {
    Map<String, SymbolFlags> map = new LinkedHashMap<>();
    Arrays.stream(names).forEach(each -> map.put(each, flags));
    return map;
  }

  /** An address that tells symbols apart. */
  static long addressOf(String name) {
    return 0x1000 + Integer.toUnsignedLong(name.hashCode());
  }

  static void resolve(MaterializationResponsibility responsibility) {
    SymbolMap.Builder resolved = SymbolMap.builder();
    responsibility
        .symbols()
        .forEach((name, flags) -> {
          if (!flags.isSideEffectsOnly()) {
            resolved.put(name, addressOf(name), flags);
          }
        });
    responsibility.notifyResolved(resolved.build());
  }

  static void emit(MaterializationResponsibility responsibility) {
    resolve(responsibility);
    responsibility.notifyEmitted(List.of());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  protected void materialize(MaterializationResponsibility responsibility) {
    runs++;
    action.accept(responsibility);
  }

  @Override
  protected void discard(JITDylib dylib, String symbol) {
    discarded.add(symbol);
  }

  @Override
  protected CommonExtent commonExtent(String symbol) {
    return extents.get(symbol);
  }

  @Override
  protected void commonMerged(JITDylib dylib, String symbol, CommonExtent extent) {
    merged.put(symbol, extent);
  }
}
