package uruk.materialization;

import java.util.Map;
import uruk.jitlink.Pass;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.MemLifetime;
import uruk.jitlink.graph.Section;
import uruk.jitlink.memory.FinalizedAllocation;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.materialization.MemoryLedger.Kind;

/** Post-fixup pass that counts what an object's memory is spent on. */
final class LedgerPass implements Pass {
  /** Sections whose name says more than their protection does. */
  private static final Map<String, Kind> BY_SECTION =
      Map.ofEntries(
          Map.entry("$__GOT", Kind.GOT),
          Map.entry("$__STUBS", Kind.ENTRIES),
          Map.entry("$__THUNKS", Kind.ENTRIES),
          Map.entry("$__THUNK_POINTERS", Kind.ENTRIES),
          Map.entry("$__IFUNC_STUBS", Kind.ENTRIES),
          Map.entry("$__IFUNC_TABLES", Kind.ENTRIES),
          Map.entry("$__IFUNC_SLOTS", Kind.ENTRIES),
          Map.entry(".eh_frame", Kind.UNWIND),
          Map.entry(".gcc_except_table", Kind.UNWIND));

  private final MemoryLedger.Builder ledger = new MemoryLedger.Builder();
  private long counted;

  @Override
  public void run(LinkGraph graph) {
    for (Section section : graph.sections()) {
      if (section.memLifetime() == MemLifetime.STANDARD) {
        Kind kind = section.threadLocal() ? Kind.TLS : BY_SECTION.get(baseName(section.name()));
        for (Block block : section.blocks()) {
          ledger.add(kind != null ? kind : kindOf(section, block), block.size());
          counted += block.size();
        }
      }
    }
  }

  /** With {@code -ffunction-sections} the symbol's name follows the section's. */
  private static String baseName(String section) {
    int end = section.indexOf('.', 1);
    return end < 0 ? section : section.substring(0, end);
  }

  private static Kind kindOf(Section section, Block block) {
    return switch (section.memProt()) {
      case READ_EXEC -> Kind.CODE;
      case READ -> Kind.READ_ONLY;
      case READ_WRITE -> block.zeroFill() ? Kind.ZERO_FILL : Kind.WRITABLE;
    };
  }

  /** {@return the whole ledger of a linked object} */
  MemoryLedger ledger(FinalizedAllocation allocation, int entries, long keptRecords) {
    return ledger
        .add(Kind.PADDING, allocation.footprint() - counted)
        .add(Kind.KEPT_RECORDS, keptRecords)
        .add(Kind.ENTRIES, (long) entries * InProcessMemoryManager.ENTRY_FOOTPRINT)
        .build();
  }
}
