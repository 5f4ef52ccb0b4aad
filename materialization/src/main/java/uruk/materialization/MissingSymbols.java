package uruk.materialization;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.UnresolvedExternalException;
import uruk.jitlink.host.Demangler;
import uruk.orc.JITDylib;
import uruk.orc.SearchOrder;
import uruk.orc.SymbolsNotFoundException;

/**
 * Explains why an object cannot be linked that needs symbols which nobody defines: for each name
 * who needs it, what it may have meant and which library has it; then where was searched. Objects
 * that would be linked next are looked at as well, so that all missing names are told at once.
 */
final class MissingSymbols {
  private static final int NAMES = 20;
  private static final int USERS = 3;
  private static final int OVERLOADS = 3;

  /**
   * The function's name in a mangled name (Itanium C++ ABI, section 5.1): ends where types begin.
   */
  private static final Pattern LENGTH = Pattern.compile("\\G(\\d{1,4})");

  private final SearchOrder order;
  private final List<SymbolReferences> references = new ArrayList<>();
  private final Set<String> names = new LinkedHashSet<>();
  private final List<String> lines = new ArrayList<>();

  private MissingSymbols(SearchOrder order) {
    this.order = order;
  }

  /**
   * {@return the session's error, explained}
   *
   * @param file the object that needs the symbols
   * @param inFlight objects whose links are under way
   * @param order where they were searched
   */
  static UnresolvedExternalException explain(
      ObjectFile file,
      List<ObjectFile> inFlight,
      SearchOrder order,
      SymbolsNotFoundException failure) {
    MissingSymbols missing = new MissingSymbols(order);
    missing.add(file, failure.symbols());
    NeededObjects.missing(file, inFlight, order, failure.symbols()).forEach(missing::add);
    missing.describeAll();
    failure.nearMisses().forEach(hint -> missing.lines.add("  " + demangleIn(hint)));
    missing.lines.add("  searched " + missing.searched());
    return UnresolvedExternalException.explained(missing.names, missing.lines);
  }

  private void add(ObjectFile file, Collection<String> missing) {
    names.addAll(missing);
    List<ObjectFile> parts = file.parts();
    if (parts.size() == 1) {
      references.add(SymbolReferences.of(file, Set.copyOf(missing)));
      return;
    }
    Set<String> others = new LinkedHashSet<>(missing);
    for (ObjectFile part : parts) {
      Set<String> needed = new LinkedHashSet<>(missing);
      needed.retainAll(Set.copyOf(part.externals()));
      if (!needed.isEmpty()) {
        references.add(SymbolReferences.of(part, needed));
        others.removeAll(needed);
      }
    }
    if (!others.isEmpty()) { // defined by a part whose definition was not taken
      references.add(SymbolReferences.of(file, others));
    }
  }

  private void describeAll() {
    names.stream().limit(NAMES).forEach(this::describe);
    if (names.size() > NAMES) {
      lines.add("  and %d more symbols".formatted(names.size() - NAMES));
    }
  }

  private void describe(String name) {
    List<SymbolReferences> users =
        references.stream().filter(each -> each.wanted().contains(name)).toList();
    lines.add(
        "  %s: needed by %s".formatted(Demangler.describe(name), user(users.getFirst(), name)));
    users.stream()
        .skip(1)
        .limit(USERS - 1)
        .forEach(other -> lines.add("    and by " + user(other, name)));
    if (users.size() > USERS) {
      lines.add("    and by %d more objects".formatted(users.size() - USERS));
    }
    overloads(name).forEach(overload -> lines.add("    there is " + Demangler.describe(overload)));
    LibraryHint.remedy(name).ifPresent(remedy -> lines.add("    " + remedy));
  }

  private static String user(SymbolReferences references, String name) {
    List<String> places = references.places(name);
    return references.file() + (places.isEmpty() ? "" : ", at " + String.join(", ", places));
  }

  /** {@return functions of the same C++ name with other parameters} */
  private Set<String> overloads(String name) {
    String prefix = withoutParameters(name);
    Set<String> found = new LinkedHashSet<>();
    if (!prefix.isEmpty()) {
      for (SearchOrder.Entry entry : order.entries()) {
        found.addAll(entry.dylib().symbols(prefix).keySet());
      }
      found.remove(name);
    }
    return found.stream().limit(OVERLOADS).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** {@return the part of a plain or nested mangled name before its types, or nothing} */
  private static String withoutParameters(String name) {
    if (!name.startsWith("_Z")) {
      return "";
    }
    int at = name.startsWith("_ZNK") ? 4 : name.startsWith("_ZN") ? 3 : 2;
    int begin = at;
    Matcher length = LENGTH.matcher(name);
    while (at < name.length() && length.find(at)) {
      at = length.end() + Integer.parseInt(length.group());
    }
    return at > begin && at <= name.length() ? name.substring(0, at) : "";
  }

  private static String demangleIn(String hint) {
    return Pattern.compile("_Z\\w+")
        .matcher(hint)
        .replaceAll(found -> Matcher.quoteReplacement(Demangler.describe(found.group())));
  }

  private String searched() {
    return order.isEmpty()
        ? "nowhere"
        : order.entries().stream()
            .map(entry -> describe(entry.dylib()))
            .collect(Collectors.joining(", "));
  }

  private static String describe(JITDylib dylib) {
    String generators =
        dylib.generators().stream()
            .map(Object::toString)
            .filter(title -> !title.isEmpty()) // a platform's own
            .collect(Collectors.joining(", "));
    return "\"%s\"%s".formatted(dylib.name(), generators.isEmpty() ? "" : " with " + generators);
  }
}
