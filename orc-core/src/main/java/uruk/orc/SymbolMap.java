package uruk.orc;

import com.google.common.collect.ImmutableMap;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from names to addresses and flags, in the order of insertion. Entries lie in
 * three parallel arrays, so that a map of a million symbols takes about 20 bytes each beside the
 * names.
 */
public final class SymbolMap {
  private static final SymbolMap EMPTY = new SymbolMap(new String[0], new long[0], new short[0]);

  private final String[] names;
  private final long[] addresses;
  private final short[] flags;
  private volatile @Nullable NameIndex index;

  /** Where the next search may succeed; only a guess, so threads may race for it. */
  private int expected;

  private SymbolMap(String[] names, long[] addresses, short[] flags) {
    this.names = names;
    this.addresses = addresses;
    this.flags = flags;
  }

  /** {@return the map without entries} */
  public static SymbolMap of() {
    return EMPTY;
  }

  /** {@return a map of one symbol} */
  public static SymbolMap of(String name, ExecutorSymbolDef definition) {
    return builder(1).put(name, definition).buildUnique();
  }

  /** {@return a copy of the given map, in its order} */
  public static SymbolMap copyOf(Map<String, ExecutorSymbolDef> map) {
    Builder builder = builder(map.size());
    map.forEach(builder::put);
    return builder.build();
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return builder(16);
  }

  /** {@return a new builder with room for so many symbols} */
  public static Builder builder(int expectedSize) {
    return new Builder(expectedSize);
  }

  /** {@return the number of symbols} */
  public int size() {
    return names.length;
  }

  /** {@return whether there is no symbol} */
  public boolean isEmpty() {
    return names.length == 0;
  }

  /** {@return whether the name is in the map} */
  public boolean contains(String name) {
    return indexOf(name) >= 0;
  }

  /**
   * {@return the symbol of that name}
   *
   * @throws NoSuchElementException if there is none, as for a weakly referenced name that is
   *     missing
   */
  public ExecutorSymbolDef get(String name) {
    return definition(existing(name));
  }

  /** {@return the symbol of that name, or null} */
  public @Nullable ExecutorSymbolDef find(String name) {
    int at = indexOf(name);
    return at < 0 ? null : definition(at);
  }

  /**
   * {@return the address of that name}
   *
   * @throws NoSuchElementException if there is none
   */
  public long address(String name) {
    return addresses[existing(name)];
  }

  /** {@return the names, in order, as a view} */
  public Set<String> names() {
    return flags().keySet();
  }

  /** {@return the symbols by name, in order, as an unmodifiable view} */
  public Map<String, ExecutorSymbolDef> asMap() {
    return new View<>(this, this::definition);
  }

  /** {@return the flags by name, in order, as an unmodifiable view} */
  public Map<String, SymbolFlags> flags() {
    return new View<>(this, this::flagsAt);
  }

  /** Calls the action for each symbol in order. */
  public void forEach(BiConsumer<String, ExecutorSymbolDef> action) {
    for (int at = 0; at < names.length; at++) {
      action.accept(names[at], definition(at));
    }
  }

  /**
   * {@return the map itself if it is a view of a symbol map, else an immutable copy in its order}
   */
  static Map<String, SymbolFlags> immutableFlags(Map<String, SymbolFlags> flags) {
    return flags instanceof View ? flags : ImmutableMap.copyOf(flags);
  }

  /** {@return the index of the names, if there is one that has slots for all of them, or null} */
  static @Nullable NameIndex index(Map<String, SymbolFlags> symbols) {
    NameIndex index = symbols instanceof View<SymbolFlags> view ? view.map.index : null;
    return index != null && index.hasSlots() ? index : null;
  }

  /** Calls the action for each symbol in order, with hashes that need not be computed again. */
  static void forEach(Map<String, SymbolFlags> symbols, HashedNames.Action action) {
    if (symbols instanceof View<SymbolFlags> view) {
      view.map.forEach(action);
    } else {
      symbols.forEach((name, flags) -> action.accept(name, SymbolTable.hash(name), flags));
    }
  }

  private void forEach(HashedNames.Action action) {
    NameIndex built = index;
    for (int at = 0; at < names.length; at++) {
      int hash = built == null ? SymbolTable.hash(names[at]) : built.hashAt(at);
      action.accept(names[at], hash, flagsAt(at));
    }
  }

  String nameAt(int at) {
    return names[at];
  }

  long addressAt(int at) {
    return addresses[at];
  }

  SymbolFlags flagsAt(int at) {
    return SymbolFlags.ofBits(flags[at] & 0xffff);
  }

  private ExecutorSymbolDef definition(int at) {
    return new ExecutorSymbolDef(addresses[at], flagsAt(at));
  }

  private int existing(String name) {
    int at = indexOf(name);
    if (at < 0) {
      throw new NoSuchElementException("No symbol " + name + " in the map of " + size());
    }
    return at;
  }

  /** Searches tend to come in the order of the map, and then need no index. */
  private int indexOf(String name) {
    int guess = expected;
    if (guess < names.length && names[guess].equals(name)) {
      expected = guess + 1;
      return guess;
    }
    int found = search(name);
    expected = found + 1;
    return found;
  }

  private int search(String name) {
    NameIndex built = index;
    if (built == null) {
      built = new NameIndex(names, names.length);
      index = built;
    }
    return built.find(name);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SymbolMap map && asMap().equals(map.asMap());
  }

  @Override
  public int hashCode() {
    return asMap().hashCode();
  }

  @Override
  public String toString() {
    return asMap().toString();
  }

  /** Collects symbols for a map. Not safe for use by several threads. */
  public static final class Builder {
    private String[] names;
    private long[] addresses;
    private short[] flags;
    private int size;

    private Builder(int expectedSize) {
      names = new String[expectedSize];
      addresses = new long[expectedSize];
      flags = new short[expectedSize];
    }

    /** Adds a symbol. */
    public Builder put(String name, ExecutorSymbolDef definition) {
      return put(name, definition.address(), definition.flags());
    }

    /** Adds a symbol. */
    public Builder put(String name, long address, SymbolFlags symbolFlags) {
      if (size == names.length) {
        int capacity = Math.max(8, size * 2);
        names = Arrays.copyOf(names, capacity);
        addresses = Arrays.copyOf(addresses, capacity);
        flags = Arrays.copyOf(flags, capacity);
      }
      names[size] = Objects.requireNonNull(name);
      addresses[size] = address;
      flags[size++] = (short) symbolFlags.bits();
      return this;
    }

    /**
     * {@return the map}
     *
     * @throws IllegalArgumentException if a name was added twice
     */
    public SymbolMap build() {
      SymbolMap map = buildUnique();
      NameIndex index = new NameIndex(map.names, size);
      if (index.duplicate() != null) {
        throw new IllegalArgumentException("Symbol map: " + index.duplicate() + " is given twice");
      }
      map.index = index;
      return map;
    }

    /**
     * {@return the map of names that the caller knows to differ} This is not checked, which saves
     * an index of all names; of a name that was added twice any of the two is found.
     */
    public SymbolMap buildUnique() {
      if (size == 0) {
        return EMPTY;
      }
      // Arrays that are full are never written again: who adds a symbol copies them.
      return size == names.length
          ? new SymbolMap(names, addresses, flags)
          : new SymbolMap(
              Arrays.copyOf(names, size),
              Arrays.copyOf(addresses, size),
              Arrays.copyOf(flags, size));
    }
  }

  /** The arrays seen as a map to some value. */
  private static final class View<V> extends AbstractMap<String, V> {
    private final SymbolMap map;
    private final IntFunction<V> valueAt;

    private View(SymbolMap map, IntFunction<V> valueAt) {
      this.map = map;
      this.valueAt = valueAt;
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public boolean containsKey(Object key) {
      return key instanceof String name && map.contains(name);
    }

    @Override
    public @Nullable V get(Object key) {
      int at = key instanceof String name ? map.indexOf(name) : -1;
      return at < 0 ? null : valueAt.apply(at);
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super V> action) {
      for (int at = 0; at < map.size(); at++) {
        action.accept(map.nameAt(at), valueAt.apply(at));
      }
    }

    @Override
    public Set<Entry<String, V>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public int size() {
          return map.size();
        }

        @Override
        public Iterator<Entry<String, V>> iterator() {
          return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
              return next < map.size();
            }

            @Override
            public Entry<String, V> next() {
              if (!hasNext()) {
                throw new NoSuchElementException();
              }
              Entry<String, V> entry = Map.entry(map.nameAt(next), valueAt.apply(next));
              next++;
              return entry;
            }
          };
        }
      };
    }
  }
}
