package uruk.jitlink.link;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.elf.ElfListing;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.Field;
import uruk.jitlink.graph.Field.Piece;
import uruk.jitlink.graph.Formula;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;
import uruk.jitlink.pass.TableBuilder;

/**
 * Says in the check language what llvm-jitlink must have linked: every byte that we have. Entries
 * of tables go by the names of what they are for, because their order differs. Where llvm-jitlink
 * leaves something else, the rules say what, if {@link ReviewedDifference} lists the relocation.
 * Data is little-endian.
 */
final class LlvmRules {

  /** Bytes of an instruction of x86-64 before its operand: REX, opcode, ModRM. */
  private static final int INSTRUCTION_HEAD = 3;

  private static final Set<String> TABLES =
      Set.of(TableBuilder.GOT_SECTION, TableBuilder.STUBS_SECTION);

  /**
   * What an edge that asks for a table entry has for its value, if the entry is not done without.
   */
  private static final Map<String, Formula> WITH_ENTRY =
      Map.of(
          "RequestGOTAndTransformToPage21", Formula.PAGE_DELTA,
          "RequestGOTAndTransformToPageOffset12", Formula.PAGE_OFFSET,
          "RequestGOTAndTransformToPCRel32GOTLoadRelaxable", Formula.DELTA_FROM_NEXT,
          "RequestGOTAndTransformToPCRel32GOTLoadREXRelaxable", Formula.DELTA_FROM_NEXT);

  private final String file;
  private final LinkGraph linked;
  private final Map<String, Map<Long, Before>> before = new HashMap<>();
  private final Map<Symbol, String> entries = new IdentityHashMap<>();
  private final String origin;
  private final StringBuilder rules = new StringBuilder();

  /** A fix-up as the object file has it. */
  private record Before(String relocation, Edge edge, Block block) {}

  /**
   * What llvm-jitlink has at a fix-up.
   *
   * @param head how many bytes before the field belong to the instruction
   * @param bytes of the block, with llvm-jitlink's instruction
   */
  private record Expected(
      Formula formula, Field field, String target, long addend, int head, byte[] bytes) {}

  /**
   * @param file the name that rules use for the object
   * @param read the object's graph before it is linked
   * @param listing the object's tables
   * @param linked the graph when it is fixed up
   */
  LlvmRules(String file, LinkGraph read, ElfListing listing, LinkGraph linked) {
    this.file = file;
    this.linked = linked;
    Section table = linked.findSection(TableBuilder.GOT_SECTION);
    boolean hasEntries = table != null && table.blocks().stream().anyMatch(Block::hasEdges);
    origin = hasEntries ? "_GLOBAL_OFFSET_TABLE_" : "0";
    collectRelocations(read, listing);
    linked.sections().stream().filter(LlvmRules::isTable).forEach(this::nameEntries);
  }

  private void collectRelocations(LinkGraph read, ElfListing listing) {
    Map<String, Map<Long, String>> names = new HashMap<>();
    for (ElfListing.RelocationEntry entry : listing.relocations()) {
      String section = listing.sections().get(entry.section()).name();
      names.computeIfAbsent(section, n -> new HashMap<>()).put(entry.offset(), entry.name());
    }
    for (Block block : read.blocks()) {
      String section = block.section().name();
      Map<Long, String> named = names.getOrDefault(section, Map.of());
      for (Edge edge : block.edges().asList()) {
        long offset = block.address() + edge.offset();
        String name = named.get(offset);
        if (edge.relocation() && name != null) {
          before
              .computeIfAbsent(section, n -> new HashMap<>())
              .put(offset, new Before(name, edge, block));
        }
      }
    }
  }

  private static boolean isTable(Section section) {
    return TABLES.contains(section.name());
  }

  private void nameEntries(Section table) {
    String function = table.name().equals(TableBuilder.GOT_SECTION) ? "got_addr" : "stub_addr";
    for (Symbol symbol : table.symbols()) {
      if (!symbol.hasName() && symbol.block().hasEdges()) {
        Symbol target = symbol.block().edges().target(0);
        if (!target.hasName()) { // a stub's entry
          target = target.block().edges().target(0);
        }
        entries.put(symbol, "%s(%s, %s)".formatted(function, file, target.name()));
      }
    }
  }

  /** {@return the rules, one on each line} */
  String text() {
    for (Section section : linked.sections()) {
      if (section.memLifetime() != MemLifetime.STANDARD) {
        continue;
      }
      if (isTable(section)) {
        entries.forEach((entry, name) -> {
          if (entry.section() == section) {
            addBlock(entry.block(), name, 0, Map.of());
          }
        });
      } else {
        String base = "section_addr(%s, %s)".formatted(file, section.name());
        long begin = section.blocks().stream().mapToLong(Block::address).min().orElse(0);
        Map<Long, Before> originals = before.getOrDefault(section.name(), Map.of());
        for (Block block : section.blocks()) {
          addBlock(block, base, block.address() - begin, originals);
        }
      }
    }
    return rules.toString();
  }

  private void addBlock(Block block, String base, long begin, Map<Long, Before> originals) {
    if (block.zeroFill()) {
      return;
    }
    byte[] content = block.contentCopy();
    int done = 0;
    List<Edge> edges = new ArrayList<>(block.edges().asList());
    edges.removeIf(edge -> edge.kind().field().size() == 0);
    edges.sort(Comparator.comparingInt(Edge::offset));
    for (Edge edge : edges) {
      long offset = begin + edge.offset();
      Expected expected = expected(edge, originals.get(offset), content);
      if (expected != null) {
        int head = Math.max(done, edge.offset() - expected.head);
        addBytes(base, begin, content, done, head);
        addBytes(base, begin, expected.bytes, head, edge.offset());
        addValue("%s+%d".formatted(base, offset), expected, edge.offset());
        done = edge.offset() + expected.field.size();
      }
    }
    addBytes(base, begin, content, done, content.length);
  }

  /** {@return what cannot be told from our bytes; null if llvm-jitlink has the same} */
  private @Nullable Expected expected(Edge edge, @Nullable Before original, byte[] content) {
    Formula formula = edge.kind().formula();
    Field field = edge.kind().field();
    Symbol target = edge.target();
    String entry = entries.get(target);
    boolean toOrigin = target.hasName() && target.defined() && isTable(target.section());
    if (entry != null || toOrigin || formula == Formula.DELTA_FROM_GOT) {
      if (original != null) {
        (origin.equals("0")
                ? ReviewedDifference.TABLE_WITHOUT_ENTRIES
                : ReviewedDifference.TABLE_ORDER)
            .require(original.relocation);
      }
      String address =
          entry != null ? entry : toOrigin ? origin : Long.toUnsignedString(target.address());
      return new Expected(formula, field, address, edge.addend(), 0, content);
    }
    if (original == null) {
      return null;
    }
    Formula withEntry = WITH_ENTRY.get(original.edge.kind().llvmName());
    if (withEntry == null) {
      return pastStub(edge, original, content);
    }
    // LLVM's own relaxation of mov, call and jmp is the same as ours.
    return formula == Formula.POINTER || original.relocation.startsWith("R_AARCH64_")
        ? loadOfEntry(edge, original, withEntry, content)
        : null;
  }

  private Expected loadOfEntry(Edge edge, Before original, Formula formula, byte[] content) {
    boolean arm = original.relocation.startsWith("R_AARCH64_");
    (arm ? ReviewedDifference.LOAD_WITHOUT_ENTRY : ReviewedDifference.ARITHMETIC_WITH_IMMEDIATE)
        .require(original.relocation);
    byte[] bytes = content.clone();
    int head = arm ? 0 : INSTRUCTION_HEAD;
    int start = edge.offset() - head;
    System.arraycopy(
        original.block.contentCopy(),
        original.edge.offset() - head,
        bytes,
        start,
        head + Integer.BYTES);
    return new Expected(
        formula,
        original.edge.kind().field(),
        "got_addr(%s, %s)".formatted(file, original.edge.target().name()),
        original.edge.addend(),
        head,
        bytes);
  }

  private @Nullable Expected pastStub(Edge edge, Before original, byte[] content) {
    Symbol target = original.edge.target();
    boolean branch = ReviewedDifference.BRANCH_PAST_STUB.concerns(original.relocation);
    if (!branch || !target.external()) {
      return null;
    }
    ReviewedDifference.BRANCH_PAST_STUB.require(original.relocation);
    return new Expected(
        edge.kind().formula(),
        edge.kind().field(),
        "stub_addr(%s, %s)".formatted(file, target.name()),
        edge.addend(),
        0,
        content);
  }

  // The check language ----------------------------------------------------------------------------

  private void addValue(String place, Expected expected, int offset) {
    String value = value(expected, place);
    Field field = expected.field;
    if (field.pieces().isEmpty()) {
      int bits = Byte.SIZE * field.size();
      String low = bits == Long.SIZE ? "" : "[%d:0]".formatted(bits - 1);
      addRule("*{%d}(%s) = (%s)%s".formatted(field.size(), place, value, low));
      return;
    }
    int others = -1;
    for (Piece piece : field.pieces()) {
      addRule(
          "(*{4}(%s))[%d:%d] = (%s)[%d:%d]"
              .formatted(
                  place,
                  piece.wordBit() + piece.width() - 1,
                  piece.wordBit(),
                  value,
                  piece.valueBit() + piece.width() - 1,
                  piece.valueBit()));
      others &= ~((int) ((1L << piece.width()) - 1) << piece.wordBit());
    }
    addRule(
        "(*{4}(%s)) & 0x%x = 0x%x"
            .formatted(place, others, number(expected.bytes, offset, Integer.BYTES) & others));
  }

  /** Without blanks: llvm-jitlink takes none behind a number inside of parentheses. */
  private String value(Expected expected, String place) {
    String sum = sum(expected.target, expected.addend);
    return switch (expected.formula) {
      case POINTER -> sum;
      case PAGE_OFFSET -> "(%s)&4095".formatted(sum);
      case DELTA -> "%s-(%s)".formatted(sum, place);
      case DELTA_FROM_NEXT -> "%s-(%s+4)".formatted(sum, place);
      case DELTA_FROM_GOT -> "%s-%s".formatted(sum, origin);
      case PAGE_DELTA -> "(((%s)>>12)-((%s)>>12))<<12".formatted(sum, place);
      case NEGATIVE_DELTA, SIZE, DELTA_FROM_GOT_PAGE, NONE ->
          throw new AssertionError(expected.formula + " of a table entry");
    };
  }

  private static String sum(String target, long addend) {
    return addend < 0 ? "%s-%d".formatted(target, -addend) : "%s+%d".formatted(target, addend);
  }

  /** LLVM reads 1, 2, 4 or 8 bytes. */
  private void addBytes(String base, long begin, byte[] bytes, int from, int to) {
    int size;
    for (int at = from; at < to; at += size) {
      size = Math.min(Long.BYTES, Integer.highestOneBit(to - at));
      addRule("*{%d}(%s+%d) = 0x%x".formatted(size, base, begin + at, number(bytes, at, size)));
    }
  }

  private static long number(byte[] bytes, int at, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(bytes[at + i]);
    }
    return value;
  }

  private void addRule(String rule) {
    rules.append("# jitlink-check: ").append(rule).append('\n');
  }
}
