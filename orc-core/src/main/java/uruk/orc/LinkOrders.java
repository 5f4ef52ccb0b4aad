package uruk.orc;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How link orders change, and what they reach. */
final class LinkOrders {
  private LinkOrders() {}

  /** {@return the order with a dylib and all its symbols in front, unless it is there} */
  static SearchOrder withFirst(JITDylib first, SearchOrder order) {
    if (!order.isEmpty() && order.dylibAt(0) == first) {
      return order;
    }
    List<SearchOrder.Entry> entries = new ArrayList<>(order.size() + 1);
    entries.add(new SearchOrder.Entry(first, JITDylibLookupFlags.MATCH_ALL_SYMBOLS));
    entries.addAll(order.entries());
    return SearchOrder.of(entries);
  }

  /** {@return the order, followed by those of the others that are not in it} */
  static SearchOrder adding(SearchOrder order, SearchOrder others) {
    List<SearchOrder.Entry> entries = new ArrayList<>(order.entries());
    Set<JITDylib> there = new LinkedHashSet<>();
    entries.forEach(entry -> there.add(entry.dylib()));
    for (SearchOrder.Entry added : others.entries()) {
      if (there.add(added.dylib())) {
        entries.add(added);
      }
    }
    return SearchOrder.of(entries);
  }

  /** {@return the order with another entry in the place of a dylib} */
  static SearchOrder replacing(SearchOrder order, JITDylib old, SearchOrder.Entry replacement) {
    return SearchOrder.of(
        order.entries().stream().map(entry -> entry.dylib() == old ? replacement : entry).toList());
  }

  /** {@return the order without a dylib} */
  static SearchOrder without(SearchOrder order, JITDylib removed) {
    return SearchOrder.of(
        order.entries().stream().filter(entry -> entry.dylib() != removed).toList());
  }

  /**
   * {@return the dylibs and all that their link orders reach, each once, depth first} Called under
   * the session lock.
   *
   * @throws JITDylibDefunctException if one of them has been removed
   */
  static List<JITDylib> depthFirst(Collection<JITDylib> roots) {
    Set<JITDylib> seen = new LinkedHashSet<>();
    for (JITDylib root : roots) {
      ArrayDeque<JITDylib> stack = new ArrayDeque<>();
      stack.push(root);
      while (!stack.isEmpty()) {
        JITDylib dylib = stack.pop();
        dylib.checkOpen();
        if (seen.add(dylib)) {
          dylib.linkOrder().entries().reversed().stream()
              .map(SearchOrder.Entry::dylib)
              .filter(next -> !seen.contains(next))
              .forEach(stack::push);
        }
      }
    }
    return List.copyOf(seen);
  }
}
