package uruk.materialization;

import java.util.ArrayList;
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
 * who needs it, what it may have meant and which library has it; then where was searched.
 */
final class MissingSymbols {
  private static final int NAMES = 20;
  private static final int OVERLOADS = 3;

  /**
   * The function's name in a mangled name (Itanium C++ ABI, section 5.1): ends where types begin.
   */
  private static final Pattern LENGTH = Pattern.compile("\\G(\\d{1,4})");

  private final SymbolsNotFoundException failure;
  private final SearchOrder order;
  private final ObjectFile file;
  private final SymbolReferences references;
  private final List<String> lines = new ArrayList<>();

  private MissingSymbols(ObjectFile file, SearchOrder order, SymbolsNotFoundException failure) {
    this.failure = failure;
    this.order = order;
    this.file = file;
    this.references = SymbolReferences.of(file, Set.copyOf(failure.symbols()));
  }

  /**
   * {@return the session's error, explained}
   *
   * @param file the object that needs the symbols
   * @param order where they were searched
   */
  static UnresolvedExternalException explain(
      ObjectFile file, SearchOrder order, SymbolsNotFoundException failure) {
    MissingSymbols missing = new MissingSymbols(file, order, failure);
    missing.describeAll();
    return UnresolvedExternalException.explained(failure.symbols(), missing.lines);
  }

  private void describeAll() {
    List<String> symbols = failure.symbols();
    symbols.stream().limit(NAMES).forEach(this::describe);
    if (symbols.size() > NAMES) {
      lines.add("  and %d more symbols that it needs".formatted(symbols.size() - NAMES));
    }
    failure.nearMisses().forEach(hint -> lines.add("  " + demangleIn(hint)));
    lines.add("  searched " + searched());
  }

  private void describe(String name) {
    lines.add(
        "  %s: needed by %s%s".formatted(Demangler.describe(name), file.name(), placesOf(name)));
    overloads(name).forEach(overload -> lines.add("    there is " + Demangler.describe(overload)));
    LibraryHint.remedy(name).ifPresent(remedy -> lines.add("    " + remedy));
  }

  private String placesOf(String name) {
    List<String> places = references.places(name);
    return places.isEmpty() ? "" : ", at " + String.join(", ", places);
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
