package uruk.materialization;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.SegmentRange;

/**
 * Addresses in the code of a replaced version that somebody may have taken and kept where no fix-up
 * tells of it, so that they go on leading there.
 */
final class TakenAddresses {
  private TakenAddresses() {}

  /** {@return the functions of a replaced version whose entries go on leading to it} */
  static List<String> functions(LinkedObject version, InProcessMemoryManager memory) {
    List<String> left = new ArrayList<>();
    LinkResult result = version.result();
    if (result != null) {
      for (LinkedSymbols functions : List.of(result.symbols(), result.localFunctions())) {
        functions
            .entriesByName()
            .forEach((name, entry) -> {
              long leadsTo = memory.entryTarget(entry);
              if (version.segments().stream().anyMatch(range -> range.contains(leadsTo))) {
                left.add(name);
              }
            });
      }
    }
    return left;
  }

  /** {@return the places in a version's code whose addresses the code takes by itself} */
  static List<Long> computed(LinkedObject version, InProcessMemoryManager memory) {
    List<Long> taken = new ArrayList<>();
    for (SegmentRange range : version.segments()) {
      if (range.memProt() == MemProt.READ_EXEC) {
        ByteBuffer code =
            MemorySegment.ofAddress(range.address())
                .reinterpret(range.size())
                .asByteBuffer()
                .order(memory.target().byteOrder());
        memory
            .target()
            .forEachComputedAddress(
                code,
                range.address(),
                address -> {
                  if (range.contains(address)) {
                    taken.add(address);
                  }
                });
      }
    }
    return taken;
  }
}
