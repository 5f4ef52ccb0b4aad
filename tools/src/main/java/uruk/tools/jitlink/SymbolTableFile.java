package uruk.tools.jitlink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Symbol;
import uruk.tools.CommandException;

/**
 * Where symbols are: for each object a line with its name in quotes, then {@code 0xADDRESS NAME}
 * for its symbols. Written by {@code -write-symtab}, read by {@code -symbolicate-with}. Safe for
 * use by several threads.
 */
final class SymbolTableFile {
  private static final Pattern FILE = Pattern.compile("\"(.*)\"");
  private static final Pattern SYMBOL = Pattern.compile("0x(\\p{XDigit}{1,16}) (.+)");
  private static final Pattern TRAILING_ADDRESS = Pattern.compile(" 0x0*(\\p{XDigit}{1,16}) *$");

  private final StringBuilder text = new StringBuilder(); // guarded by this

  /** Records a graph; a post-allocation pass or later. */
  synchronized void add(LinkGraph graph) {
    text.append('"').append(graph.name()).append("\"\n");
    graph.definedSymbols().stream()
        .filter(symbol -> symbol.hasName() && symbol.scope() != Scope.LOCAL)
        .sorted(Comparator.comparing(Symbol::address, Long::compareUnsigned))
        .forEach(symbol -> text.append("0x%x %s\n".formatted(symbol.address(), symbol.name())));
  }

  synchronized void write(Path file) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new CommandException("%s cannot be written".formatted(file), e);
    }
  }

  /** A symbol, with its object. */
  private record Entry(long address, String name, String object) {

    String describe(long place) {
      return place == address
          ? "%s (%s)".formatted(name, object)
          : "%s + %d (%s)".formatted(name, place - address, object);
    }
  }

  /**
   * {@return a text with {@code name + offset (object)} behind each address that ends a line; an
   * offset of zero is left out}
   *
   * @param symbols a file that {@code -write-symtab} has written
   * @param backtrace lines of any kind, such as a crash log
   */
  static String symbolicate(Path symbols, Path backtrace) {
    NavigableMap<Long, Entry> entries = read(symbols);
    return TextFile.read(backtrace)
        .lines()
        .map(line -> symbolicate(entries, line) + "\n")
        .collect(Collectors.joining());
  }

  private static String symbolicate(NavigableMap<Long, Entry> entries, String line) {
    Matcher address = TRAILING_ADDRESS.matcher(line);
    if (!address.find()) {
      return line;
    }
    long value = Long.parseUnsignedLong(address.group(1), 16);
    return Optional.ofNullable(entries.floorEntry(value))
        .map(Map.Entry::getValue)
        .map(entry -> "%s %s".formatted(line.stripTrailing(), entry.describe(value)))
        .orElse(line);
  }

  private static NavigableMap<Long, Entry> read(Path symbols) {
    NavigableMap<Long, Entry> entries = new TreeMap<>(Long::compareUnsigned);
    @Nullable String object = null;
    for (String line : TextFile.read(symbols).lines().toList()) {
      Matcher file = FILE.matcher(line);
      Matcher symbol = SYMBOL.matcher(line);
      if (file.matches()) {
        object = file.group(1);
      } else if (symbol.matches() && object != null) {
        long address = Long.parseUnsignedLong(symbol.group(1), 16);
        entries.put(address, new Entry(address, symbol.group(2), object));
      } else if (!line.isBlank()) {
        throw new CommandException(
            "%s is not a symbol table of -write-symtab: '%s' is neither \"OBJECT\" nor 0xADDRESS NAME"
                .formatted(symbols, line));
      }
    }
    return entries;
  }
}
