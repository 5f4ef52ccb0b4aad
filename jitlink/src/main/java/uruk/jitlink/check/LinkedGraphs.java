package uruk.jitlink.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.TableBuilder;

/**
 * What a session's linked graphs show to checks. Each graph is added as it is linked; its content
 * is copied, so that the checks may be evaluated after working memory is gone. Safe for use by
 * several threads.
 */
public final class LinkedGraphs implements CheckContext {

  // All guarded by this.
  private final Map<String, FileFacts> files = new TreeMap<>();
  private final Map<String, Place> localSymbols = new TreeMap<>();
  private final Map<String, Place> symbols = new TreeMap<>();
  private final Set<Long> absoluteAddresses = new HashSet<>();
  private final TreeMap<Long, Content> contents = new TreeMap<>(Long::compareUnsigned);
  private @Nullable String target;
  private ByteOrder byteOrder = ByteOrder.LITTLE_ENDIAN;

  /**
   * The bytes of a block.
   *
   * @param bytes null if they all are zero, however many
   */
  private record Content(long size, @Nullable ByteBuffer bytes) {

    static Content of(Block block) {
      return new Content(
          block.size(), block.zeroFill() ? null : ByteBuffer.wrap(block.contentCopy()));
    }

    byte[] copy(long offset, int limit) {
      byte[] copy = new byte[(int) Math.min(limit, size - offset)];
      if (bytes != null) {
        bytes.get((int) offset, copy);
      }
      return copy;
    }
  }

  /** Bytes of the target: zero-fill, or content that was linked. */
  private record Place(long address, long size, boolean zeroFill) {

    static Place of(Symbol symbol) {
      boolean zeroFill = !(symbol.addressable() instanceof Block block) || block.zeroFill();
      return new Place(symbol.address(), symbol.size(), zeroFill);
    }

    static Place of(Block block) {
      return new Place(block.address(), block.size(), block.zeroFill());
    }

    /** {@return from the lower beginning to the higher end} */
    Place and(Place other) {
      boolean first = Long.compareUnsigned(address, other.address) <= 0;
      long begin = first ? address : other.address;
      long size = Math.max(address + this.size - begin, other.address + other.size - begin);
      return new Place(begin, size, zeroFill && other.zeroFill);
    }

    @Override
    public String toString() {
      return zeroFill
          ? "target addr = 0x%016x, zero-fill: %d bytes".formatted(address, size)
          : "target addr = 0x%016x, content: 0x%x -- 0x%x (%d bytes)"
              .formatted(address, address, address + size, size);
    }
  }

  private record FileFacts(
      Map<String, Place> sections, Map<String, Place> gotEntries, Map<String, Place> stubs) {

    FileFacts() {
      this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }
  }

  /** Starts without any graph. */
  public LinkedGraphs() {}

  /**
   * Records a graph; a post-fixup pass. A later graph of the same base name adds to the earlier.
   *
   * @param graph fixed up
   */
  public synchronized void add(LinkGraph graph) {
    target = graph.target().name();
    byteOrder = graph.byteOrder();
    FileFacts file = files.computeIfAbsent(baseName(graph.name()), _ -> new FileFacts());
    for (Section section : graph.sections()) {
      if (section.memLifetime() != MemLifetime.NO_ALLOC) {
        addSection(section, file);
      }
    }
    graph.absoluteSymbols().forEach(symbol -> defineAbsolute(symbol.name(), symbol.address()));
    graph.externalSymbols().forEach(symbol -> symbols.putIfAbsent(symbol.name(), Place.of(symbol)));
  }

  /**
   * Records a symbol that no graph defines, as of {@code -abs}. It has no content: loads give 0.
   *
   * @param symbol its name
   * @param address its value
   */
  public synchronized void defineAbsolute(String symbol, long address) {
    symbols.put(symbol, new Place(address, 0, true));
    absoluteAddresses.add(address);
  }

  private void addSection(Section section, FileFacts file) {
    for (Block block : section.blocks()) {
      if (block.size() > 0) {
        contents.put(block.address(), Content.of(block));
      }
      file.sections.merge(section.name(), Place.of(block), Place::and);
    }
    for (Symbol symbol : section.symbols()) {
      if (!symbol.hasName()) {
        addTableEntry(section, symbol, file);
      } else if (symbol.scope() == Scope.LOCAL) {
        localSymbols.putIfAbsent(symbol.name(), Place.of(symbol));
      } else {
        symbols.put(symbol.name(), Place.of(symbol));
      }
    }
  }

  private static void addTableEntry(Section section, Symbol entry, FileFacts file) {
    Symbol pointed = firstTarget(entry);
    if (pointed == null) {
      return;
    }
    if (section.name().equals(TableBuilder.GOT_SECTION) && pointed.hasName()) {
      file.gotEntries.put(pointed.name(), Place.of(entry));
    }
    if (section.name().equals(TableBuilder.STUBS_SECTION)) {
      Symbol callee = firstTarget(pointed);
      if (callee != null && callee.hasName()) {
        file.stubs.put(callee.name(), Place.of(entry));
      }
    }
  }

  private static @Nullable Symbol firstTarget(Symbol symbol) {
    return symbol.addressable() instanceof Block block && block.hasEdges()
        ? block.edges().target(0)
        : null;
  }

  private static String baseName(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  @Override
  public synchronized ByteOrder byteOrder() {
    return byteOrder;
  }

  @Override
  public synchronized InstructionDecoder decoder() {
    return target == null ? _ -> Optional.empty() : InstructionDecoders.forTarget(target);
  }

  @Override
  public synchronized OptionalLong symbolAddress(String symbol) {
    return optional(symbols.getOrDefault(symbol, localSymbols.get(symbol)));
  }

  @Override
  public synchronized byte[] content(long address, int limit) {
    Map.Entry<Long, Content> block = contents.floorEntry(address);
    if (block != null) {
      long offset = address - block.getKey();
      if (Long.compareUnsigned(offset, block.getValue().size()) < 0) {
        return block.getValue().copy(offset, limit);
      }
    }
    return new byte[absoluteAddresses.contains(address) ? limit : 0];
  }

  @Override
  public synchronized boolean hasFile(String file) {
    return files.containsKey(file);
  }

  @Override
  public synchronized OptionalLong sectionAddress(String file, String section) {
    FileFacts facts = files.get(file);
    return facts == null ? OptionalLong.empty() : optional(facts.sections.get(section));
  }

  /** None of the targets here has entries of several kinds: a kind finds nothing. */
  @Override
  public synchronized OptionalLong gotAddress(String file, String symbol, Optional<String> kind) {
    FileFacts facts = files.get(file);
    return facts == null || kind.isPresent()
        ? OptionalLong.empty()
        : optional(facts.gotEntries.get(symbol));
  }

  /** None of the targets here has stubs of several kinds: a kind finds nothing. */
  @Override
  public synchronized OptionalLong stubAddress(String file, String symbol, Optional<String> kind) {
    FileFacts facts = files.get(file);
    return facts == null || kind.isPresent()
        ? OptionalLong.empty()
        : optional(facts.stubs.get(symbol));
  }

  private static OptionalLong optional(@Nullable Place place) {
    return place == null ? OptionalLong.empty() : OptionalLong.of(place.address);
  }

  /**
   * {@return all that checks can name, with addresses, as {@code llvm-jitlink -show-addrs} prints
   * it} Content is told by the addresses it is linked for.
   */
  public synchronized String addressTable() {
    StringBuilder text = new StringBuilder("Registered addresses:\nSymbols:\n");
    symbols.forEach((name, place) -> text.append("  \"%s\" %s\n".formatted(name, place)));
    localSymbols.forEach((name, place) -> {
      if (!symbols.containsKey(name)) {
        text.append("  \"%s\" %s\n".formatted(name, place));
      }
    });
    files.forEach((name, facts) -> {
      text.append("File \"%s\":\n".formatted(name));
      append("Section", facts.sections, text);
      append("GOT", facts.gotEntries, text);
      append("Stubs", facts.stubs, text);
    });
    return text.toString();
  }

  private static void append(String title, Map<String, Place> places, StringBuilder text) {
    places.forEach((name, place) -> text.append("  %s \"%s\": %s\n".formatted(title, name, place)));
  }
}
