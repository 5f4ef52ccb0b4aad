package uruk.orc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SymbolTableTest {
  private static final SymbolFlags EXPORTED = SymbolFlags.EXPORTED;

  /** How programs name things. */
  enum Names {
    COUNTED_AT_THE_END(at -> "symbol_" + at),
    SHORT(at -> "f" + at),
    COUNTED_IN_THE_MIDDLE("_ZN4demo5shape%dE4areaEv"::formatted),
    PADDED("function_%07d"::formatted),
    HEXADECIMAL(at -> "L" + Integer.toHexString(at * 48)),
    TWO_NUMBERS(at -> "camlModule%d__fun_%d".formatted(at % 100, at / 100));

    private final IntFunction<String> name;

    Names(IntFunction<String> name) {
      this.name = name;
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesLieNearTheirSlotsHoweverManyThereAre(Names names) {
    for (int size = 1250; size <= 80_000; size *= 2) {
      SymbolTable table = new SymbolTable(new NameFilters());
      table.reserve(size);
      IntStream.range(0, size)
          .mapToObj(names.name)
          .forEach(name -> table.add(new SymbolEntry(name, EXPORTED, null)));

      long probes = IntStream.range(0, size).mapToObj(names.name).mapToLong(table::probes).sum();

      assertThat((double) probes / size).as("probes of %d names", size).isBetween(1.0, 5.0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tablesThatAreFilledAtOnceAreLikeThoseThatGetNameAfterName(Names form) {
    for (int size : new int[] {9, 1250, SymbolSlots.PIECE - 1, SymbolSlots.PIECE, 80_000}) {
      List<String> names = IntStream.range(0, size).mapToObj(form.name).toList();
      SymbolTable expected = new SymbolTable(new NameFilters());
      expected.reserve(size);
      names.forEach(name -> expected.add(new SymbolEntry(name, EXPORTED, null)));
      SymbolTable filled = new SymbolTable(new NameFilters());

      filled.fill(new NameIndex(names.toArray(String[]::new), size), entriesOf(names));

      assertThat(filled.size()).isEqualTo(size);
      assertThat(filled.entries()).extracting(SymbolEntry::name).isEqualTo(names);
      assertThat(names).allMatch(name -> found(filled, name).name().equals(name));
      assertThat(filled.find("missing")).isNull();
      assertThat(names).allMatch(name -> filled.probes(name) == expected.probes(name));
    }
  }

  @Test
  void tablesThatWereFilledAtOnceGrowAndForget() {
    List<String> names = IntStream.range(0, 1000).mapToObj(at -> "n" + at).toList();
    SymbolTable table = new SymbolTable(new NameFilters());
    table.fill(new NameIndex(names.toArray(String[]::new), names.size()), entriesOf(names));

    IntStream.range(1000, 3000).forEach(at -> table.add(new SymbolEntry("n" + at, EXPORTED, null)));
    names.forEach(name -> table.remove(found(table, name)));

    assertThat(table.size()).isEqualTo(2000);
    assertThat(names).allMatch(name -> table.find(name) == null);
    assertThat(found(table, "n2999").name()).isEqualTo("n2999");
  }

  @Test
  void entriesAreThoseThatHaveNotBeenRemoved() {
    SymbolTable table = new SymbolTable(new NameFilters());
    SymbolEntry removed = new SymbolEntry("removed", EXPORTED, null);
    table.add(removed);
    table.add(new SymbolEntry("kept", EXPORTED, null));
    table.remove(removed);

    assertThat(table.entries()).extracting(SymbolEntry::name).containsExactly("kept");
    assertThat(table.find("removed")).isNull();
    assertThat(table.find("kept")).isNotNull();
  }

  @Test
  void tablesOfManyPiecesFindAndForgetEachName() {
    SymbolTable table = new SymbolTable(new NameFilters());
    int size = 100_000;
    IntStream.range(0, size).forEach(at -> table.add(new SymbolEntry("n" + at, EXPORTED, null)));

    for (int at = 0; at < size; at += 2) {
      table.remove(found(table, "n" + at));
    }

    assertThat(table.size()).isEqualTo(size / 2);
    assertThat(table.find("n0")).isNull();
    assertThat(IntStream.range(0, size / 2))
        .allMatch(at -> found(table, "n" + (2 * at + 1)).name().equals("n" + (2 * at + 1)));
  }

  @Test
  void entriesAreInTheOrderInWhichTheyCame() {
    List<String> names = IntStream.range(0, 100).mapToObj(at -> "n" + (at * 7919) % 101).toList();

    assertThat(tableOf(names).entries()).extracting(SymbolEntry::name).isEqualTo(names);
  }

  @Test
  void namesComeBackAfterTheyWereRemoved() {
    List<String> names = IntStream.range(0, 1000).mapToObj(at -> "n" + at).toList();
    SymbolTable table = tableOf(names);
    for (int round = 0; round < 10; round++) {
      names.forEach(name -> table.remove(found(table, name)));
      assertThat(names).allMatch(name -> table.find(name) == null);
      names.forEach(name -> table.add(new SymbolEntry(name, EXPORTED, null)));
    }

    assertThat(names).allMatch(name -> found(table, name).name().equals(name));
    assertThat(table.entries()).hasSize(names.size());
    assertThat(table.capacity()).isLessThanOrEqualTo(SymbolTable.capacityFor(2 * names.size()));
  }

  @Test
  void namesMadeToCollideAreFoundWithoutLookingAtAllOthers() {
    List<String> names = colliding(14);
    SymbolTable table = tableOf(names);
    SymbolEntry again = new SymbolEntry(names.getLast(), EXPORTED, null);

    assertThat(names).allMatch(name -> found(table, name).name().equals(name));
    assertThat(table.probes(names.getLast())).isEqualTo(SymbolSlots.PROBES);
    assertThat(table.addIfAbsent(again, SymbolTable.hash(again.name())))
        .isSameAs(found(table, names.getLast()));
    assertThat(table.entries()).hasSameSizeAs(names);
  }

  @Test
  void namesMadeToCollideAreReplacedAndRemoved() {
    List<String> names = colliding(10);
    SymbolTable table = tableOf(names);
    SymbolEntry replacement = new SymbolEntry(names.getLast(), EXPORTED, null);

    table.replace(found(table, names.getLast()), replacement);
    assertThat(table.find(names.getLast())).isSameAs(replacement);

    names.forEach(name -> table.remove(found(table, name)));
    assertThat(table.size()).isZero();
    assertThat(names).allMatch(name -> table.find(name) == null);
  }

  @Test
  void namesMadeToCollideAreRemovedAtOnce() {
    List<String> names = colliding(10);
    SymbolTable table = tableOf(names);

    names.stream().skip(1).forEach(name -> found(table, name).retire());
    table.removeRetired(names.size() - 1);

    assertThat(table.entries()).extracting(SymbolEntry::name).containsExactly(names.getFirst());
  }

  @Test
  void mapsFindNamesMadeToCollideAndRefuseThemTwice() {
    List<String> names = colliding(14);
    SymbolMap.Builder symbols = SymbolMap.builder(names.size());
    IntStream.range(0, names.size()).forEach(at -> symbols.put(names.get(at), at, EXPORTED));
    SymbolMap map = symbols.build();

    assertThat(IntStream.range(0, names.size()))
        .allMatch(at -> map.address(names.get(names.size() - 1 - at)) == names.size() - 1 - at);
    assertThat(map.contains("other")).isFalse();
    symbols.put(names.getLast(), 0, EXPORTED);
    assertThatIllegalArgumentException()
        .isThrownBy(symbols::build)
        .withMessageContaining(names.getLast() + " is given twice");
  }

  /** {@return 2 to the power of {@code pairs} names with the same {@code String.hashCode}} */
  static List<String> colliding(int pairs) {
    List<String> names = List.of("");
    for (int pair = 0; pair < pairs; pair++) {
      names = names.stream().flatMap(name -> Stream.of(name + "Aa", name + "BB")).toList();
    }
    return names;
  }

  private static SymbolTable tableOf(List<String> names) {
    SymbolTable table = new SymbolTable(new NameFilters());
    names.forEach(name -> table.add(new SymbolEntry(name, EXPORTED, null)));
    return table;
  }

  private static SymbolEntry[] entriesOf(List<String> names) {
    return names.stream()
        .map(name -> new SymbolEntry(name, EXPORTED, null))
        .toArray(SymbolEntry[]::new);
  }

  private static SymbolEntry found(SymbolTable table, String name) {
    SymbolEntry entry = table.find(name);
    assertThat(entry).isNotNull();
    return entry;
  }
}
