package uruk.orc;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A promise to produce some symbols. A unit is defined into a dylib; the first look-up that matches
 * one of its symbols makes it run, once.
 *
 * <p>A unit without symbols can never run: give it an initializer symbol ({@link
 * SymbolFlags#SIDE_EFFECTS_ONLY}) to look up.
 */
public abstract class MaterializationUnit {
  private final Interface declared;

  /**
   * What a unit promises.
   *
   * @param symbols names and flags, in the order in which they are reported
   * @param initSymbol a name among the symbols whose look-up runs the unit's initializers, or null
   */
  public record Interface(Map<String, SymbolFlags> symbols, @Nullable String initSymbol) {
    /** Copies the map, and checks that it holds the initializer symbol. */
    public Interface {
      symbols = SymbolMap.immutableFlags(symbols);
      if (initSymbol != null && !symbols.containsKey(initSymbol)) {
        throw new IllegalArgumentException(
            "The initializer symbol %s is not among the unit's symbols".formatted(initSymbol));
      }
    }

    /** An interface without an initializer symbol. */
    public Interface(Map<String, SymbolFlags> symbols) {
      this(symbols, null);
    }
  }

  /** Creates a unit that promises the given symbols. */
  protected MaterializationUnit(Interface declared) {
    this.declared = declared;
  }

  /**
   * {@return a name for people: the object file, the archive member, the kind of unit} Asked for
   * once, outside the session lock, when the unit is defined.
   */
  public abstract String name();

  /** {@return what the unit was created to produce, including what has been discarded since} */
  public final Interface declaredInterface() {
    return declared;
  }

  /** {@return names and flags of what the unit was created to produce} */
  Map<String, SymbolFlags> symbols() {
    return declared.symbols();
  }

  /**
   * Produces the symbols, now or later, by means of the responsibility. Runs on a dispatcher
   * thread, outside the session lock. An exception fails every symbol that the responsibility still
   * owns.
   *
   * @param responsibility what must be resolved and emitted, or failed
   */
  protected abstract void materialize(MaterializationResponsibility responsibility);

  /**
   * A definition of this unit lost against another one and will not be asked for. Called
   * <em>inside</em> the session lock, before the unit runs: it must be short and must not look
   * anything up. What it throws goes to the error reporter; the definition has lost all the same.
   *
   * @param dylib where the unit is defined
   * @param name the symbol that is no longer wanted
   */
  protected abstract void discard(JITDylib dylib, String name);

  /**
   * {@return the extent of a common symbol, or null if it is not known}
   *
   * <p>Of several common definitions with an extent the largest wins, while nothing has searched
   * the symbol. Without an extent the first one wins. Asked for outside the session lock, before
   * the unit is defined.
   *
   * @param name a symbol with the common flag
   */
  protected @Nullable CommonExtent commonExtent(String name) {
    return null;
  }

  /**
   * The unit's common symbol won against another one that needs more size or alignment in some
   * respect. Called <em>inside</em> the session lock, before the unit runs.
   *
   * @param dylib where the unit is defined
   * @param name the common symbol
   * @param merged the extent that serves all definitions seen so far
   */
  protected void commonMerged(JITDylib dylib, String name, CommonExtent merged) {}

  @Override
  public String toString() {
    return name();
  }
}
