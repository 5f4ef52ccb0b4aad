package uruk.orc;

import java.util.List;
import java.util.function.Predicate;

/**
 * Defines symbols of a dylib when a look-up misses them. Generators of a dylib run in the order in
 * which they were added; each serves one look-up at a time, others queue for it in order of
 * arrival.
 */
public interface DefinitionGenerator {
  /**
   * Tries to define some of the candidates in the dylib. Called outside the session lock, on the
   * thread of the look-up. An exception fails the look-up.
   *
   * <p>A generator that needs time calls {@link LookupState#suspend()} before it returns, and
   * later, exactly once and from any thread, {@link LookupState#continueLookup()} or {@link
   * LookupState#continueLookup(Throwable)}.
   *
   * <p>A blocking look-up of an undefined name in the generator's own dylib would wait for this
   * very run; it fails with a {@link LookupDeadlockException}. So does one that the generator makes
   * before it returns suspended, and that waits for the generator, be it over others: the session
   * takes it that a suspended generator waits for the look-ups that it has made.
   *
   * @param state the look-up that waits
   * @param kind why it looks the names up
   * @param dylib where the names are missing
   * @param dylibFlags which symbols of the dylib the look-up would see
   * @param candidates the names not defined so far
   */
  void tryToGenerate(
      LookupState state,
      LookupKind kind,
      JITDylib dylib,
      JITDylibLookupFlags dylibFlags,
      SymbolLookupSet candidates);

  /**
   * {@return names that this generator would define if it were asked for them} For error texts,
   * which guess by them what a missing name was meant to be: nothing is defined, and what costs
   * much to find out may be left out. Called outside the session lock, on any thread.
   *
   * @param wanted which names are of interest
   */
  default List<String> names(Predicate<String> wanted) {
    return List.of();
  }

  /**
   * {@return whether this generator might define a name} For error texts, which list what is
   * missing beside the name that was found missing first, and for generators that are asked later
   * and look ahead for what their definitions need: nothing is defined, and a generator that cannot
   * tell says yes. Called outside the session lock, on any thread.
   */
  default boolean mayDefine(String name) {
    return true;
  }
}
