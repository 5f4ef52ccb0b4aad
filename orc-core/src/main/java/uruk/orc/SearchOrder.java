package uruk.orc;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The dylibs a look-up searches, in order, and which of their symbols it sees. Immutable. Dylibs of
 * two sessions in one order are an IllegalArgumentException.
 */
public final class SearchOrder {
  private final ImmutableList<Entry> entries;
  private final SymbolTable[] tables;
  private final boolean[] matchAll;
  private final NameFilters filters;
  private final int[] places; // of the dylibs' words among the filters

  /**
   * One dylib to search.
   *
   * @param dylib where to search
   * @param flags which of its symbols are seen
   */
  public record Entry(JITDylib dylib, JITDylibLookupFlags flags) {
    /** Checks that there is a dylib. */
    public Entry {
      Objects.requireNonNull(dylib);
      Objects.requireNonNull(flags);
    }

    @Override
    public String toString() {
      return "(\"%s\", %s)".formatted(dylib.name(), flags.text());
    }
  }

  private SearchOrder(ImmutableList<Entry> entries) {
    this.entries = entries;
    this.tables = new SymbolTable[entries.size()];
    this.matchAll = new boolean[entries.size()];
    this.filters =
        entries.isEmpty() ? new NameFilters() : entries.getFirst().dylib().session().filters();
    this.places = new int[entries.size()];
    for (int at = 0; at < tables.length; at++) {
      Entry entry = entries.get(at);
      tables[at] = entry.dylib().table();
      places[at] = tables[at].place();
      matchAll[at] = entry.flags() == JITDylibLookupFlags.MATCH_ALL_SYMBOLS;
      dylibAt(0).session().checkOwn(entry.dylib());
    }
  }

  /** {@return an order of the given dylibs in which exported symbols are seen} */
  public static SearchOrder of(JITDylib... dylibs) {
    return of(JITDylibLookupFlags.MATCH_EXPORTED_SYMBOLS_ONLY, dylibs);
  }

  /** {@return an order of the given dylibs} */
  public static SearchOrder of(JITDylibLookupFlags flags, JITDylib... dylibs) {
    Builder builder = new Builder(dylibs.length);
    for (JITDylib dylib : dylibs) {
      builder.add(dylib, flags);
    }
    return builder.build();
  }

  /** {@return an order of the given entries} */
  public static SearchOrder of(List<Entry> entries) {
    return new SearchOrder(ImmutableList.copyOf(entries));
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder(4);
  }

  /** {@return the entries in order} */
  public List<Entry> entries() {
    return entries;
  }

  /** {@return whether nothing is searched} */
  public boolean isEmpty() {
    return tables.length == 0;
  }

  int size() {
    return tables.length;
  }

  JITDylib dylibAt(int at) {
    return entries.get(at).dylib();
  }

  SymbolTable tableAt(int at) {
    return tables[at];
  }

  /**
   * {@return where the first dylib is, from a position on, that may define a name of that hash or
   * has generators; {@link #size} if there is none} Touches nothing of the dylibs before.
   *
   * @param hash a {@linkplain SymbolTable#hash hash for tables}
   */
  int next(int from, int hash) {
    long[] words = filters.words();
    long bit = SymbolSlots.filterBit(hash);
    int at = from;
    while (at < places.length && (words[places[at]] & bit) == 0) {
      at++;
    }
    return at;
  }

  /** {@return what a dylib defines by that name, or null} Touches nothing of most that do not. */
  @Nullable SymbolEntry find(int at, String name) {
    int hash = SymbolTable.hash(name);
    boolean mayDefine = (wordAt(at) & SymbolSlots.filterBit(hash)) != 0;
    return mayDefine ? tables[at].find(name, hash) : null;
  }

  /** {@return the generators of a dylib} Touches nothing of one without generators. */
  GeneratorList generatorsAt(int at) {
    return wordAt(at) == NameFilters.EVERY_NAME ? dylibAt(at).generatorList() : GeneratorList.EMPTY;
  }

  private long wordAt(int at) {
    return filters.words()[places[at]];
  }

  boolean matchesAllAt(int at) {
    return matchAll[at];
  }

  /** {@return the names of the dylibs, for error texts} */
  String names() {
    return entries.stream()
        .map(entry -> '"' + entry.dylib().name() + '"')
        .collect(Collectors.joining(", "));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SearchOrder order && entries.equals(order.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  /** {@return the order as the session dump shows it} */
  @Override
  public String toString() {
    return entries.stream().map(Entry::toString).collect(Collectors.joining(", ", "[ ", " ]"));
  }

  /** Collects entries for an order. Not safe for use by several threads. */
  public static final class Builder {
    private final ImmutableList.Builder<Entry> entries;

    private Builder(int expectedSize) {
      entries = ImmutableList.builderWithExpectedSize(expectedSize);
    }

    /** Appends a dylib. */
    public Builder add(JITDylib dylib, JITDylibLookupFlags flags) {
      entries.add(new Entry(dylib, flags));
      return this;
    }

    /** {@return the order} */
    public SearchOrder build() {
      return new SearchOrder(entries.build());
    }
  }
}
