package uruk.orc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * The names a look-up asks for, each required or weakly referenced, in order. Immutable; a name
 * given twice is refused.
 */
public final class SymbolLookupSet {
  private static final BitSet NONE_WEAK = new BitSet(0);

  private final String[] names;
  private final BitSet weak; // never changed

  private SymbolLookupSet(String[] names, BitSet weak) {
    this.names = names;
    this.weak = weak;
  }

  /** {@return a set of one required name} */
  public static SymbolLookupSet of(String name) {
    return new SymbolLookupSet(new String[] {Objects.requireNonNull(name)}, NONE_WEAK);
  }

  /** {@return a set of required names} */
  public static SymbolLookupSet of(String... names) {
    return of(Arrays.asList(names));
  }

  /** {@return a set of required names} */
  public static SymbolLookupSet of(Collection<String> names) {
    return checked(names.toArray(new String[0]), NONE_WEAK);
  }

  /** {@return a set of weakly referenced names} */
  public static SymbolLookupSet weaklyReferenced(Collection<String> names) {
    BitSet weak = new BitSet();
    weak.set(0, names.size());
    return checked(names.toArray(new String[0]), weak);
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  private static SymbolLookupSet checked(String[] names, BitSet weak) {
    for (String name : names) {
      Objects.requireNonNull(name);
    }
    String duplicate = names.length < 2 ? null : new NameIndex(names, names.length).duplicate();
    if (duplicate != null) {
      throw new IllegalArgumentException("Look-up set: " + duplicate + " is given twice");
    }
    return new SymbolLookupSet(names, weak);
  }

  /** {@return the number of names} */
  public int size() {
    return names.length;
  }

  /** {@return whether there is no name} */
  public boolean isEmpty() {
    return names.length == 0;
  }

  /** {@return the names in order} */
  public List<String> names() {
    return List.of(names);
  }

  /** {@return whether the name is in the set} */
  public boolean contains(String name) {
    return Arrays.asList(names).contains(name);
  }

  /**
   * {@return whether the name is required or weakly referenced}
   *
   * @throws NoSuchElementException if it is not in the set
   */
  public SymbolLookupFlags flags(String name) {
    int at = Arrays.asList(names).indexOf(name);
    if (at < 0) {
      throw new NoSuchElementException("No symbol " + name + " in " + this);
    }
    return flagsAt(at);
  }

  /** Calls the action for each name in order. */
  public void forEach(BiConsumer<String, SymbolLookupFlags> action) {
    for (int at = 0; at < names.length; at++) {
      action.accept(names[at], flagsAt(at));
    }
  }

  String nameAt(int at) {
    return names[at];
  }

  boolean isRequired(int at) {
    return !weak.get(at);
  }

  /** {@return the subset at the given positions} */
  SymbolLookupSet at(int[] positions, int count) {
    String[] some = new String[count];
    BitSet someWeak = new BitSet(count);
    for (int i = 0; i < count; i++) {
      some[i] = names[positions[i]];
      someWeak.set(i, weak.get(positions[i]));
    }
    return new SymbolLookupSet(some, someWeak);
  }

  private SymbolLookupFlags flagsAt(int at) {
    return isRequired(at)
        ? SymbolLookupFlags.REQUIRED_SYMBOL
        : SymbolLookupFlags.WEAKLY_REFERENCED_SYMBOL;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SymbolLookupSet set
        && Arrays.equals(names, set.names)
        && weak.equals(set.weak);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(names) * 31 + weak.hashCode();
  }

  @Override
  public String toString() {
    return "[ " + String.join(", ", names) + " ]";
  }

  /** Collects names for a set. Not safe for use by several threads. */
  public static final class Builder {
    private final List<String> names = new ArrayList<>();
    private final BitSet weak = new BitSet();

    private Builder() {}

    /** Adds a name without which the look-up fails. */
    public Builder require(String name) {
      names.add(name);
      return this;
    }

    /** Adds a name that may be missing. */
    public Builder weaklyReference(String name) {
      weak.set(names.size());
      names.add(name);
      return this;
    }

    /** Adds a name. */
    public Builder add(String name, SymbolLookupFlags flags) {
      return switch (flags) {
        case REQUIRED_SYMBOL -> require(name);
        case WEAKLY_REFERENCED_SYMBOL -> weaklyReference(name);
      };
    }

    /**
     * {@return the set}
     *
     * @throws IllegalArgumentException if a name was added twice
     */
    public SymbolLookupSet build() {
      return checked(names.toArray(new String[0]), (BitSet) weak.clone());
    }
  }
}
