package uruk.materialization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.graph.EdgeKind;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.host.Libc;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.SegmentRange;

/**
 * Leads references of linked objects to variables and code that move. All stores are planned first,
 * so that nothing changes unless everything can. Each is one aligned 8-byte store: other threads
 * see the old reference or the new one, never a mixture.
 */
final class ReferencePatches {
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private final InProcessMemoryManager memory;
  private final List<Store> stores = new ArrayList<>();
  private final List<Retarget> retargets = new ArrayList<>();
  private boolean changesCode;

  /** A symbol at an address: aliases share addresses, dylibs share names. */
  record SymbolAt(String name, long address) {}

  /** A field of 4 or 8 bytes that gets another value. */
  private record Store(MemProt protection, long site, int size, long before, long after) {}

  private record Retarget(KeptFixups fixups, int target, long address) {}

  ReferencePatches(InProcessMemoryManager memory) {
    this.memory = memory;
  }

  /**
   * Plans the stores for one object.
   *
   * @param moves where symbols go
   * @throws ReplacementRefusedException if a reference cannot be changed by one store
   */
  void plan(LinkedObject user, LinkResult result, Map<SymbolAt, Long> moves) {
    List<KeptFixups.OutsideTarget> targets = result.fixups().outsideTargets();
    long[] destinations = new long[targets.size()];
    BitSet moving = new BitSet();
    for (int i = 0; i < destinations.length; i++) {
      KeptFixups.OutsideTarget target = targets.get(i);
      Long destination = moves.get(new SymbolAt(target.name(), target.address()));
      if (destination != null) {
        destinations[i] = destination;
        moving.set(i);
      }
    }
    if (moving.isEmpty()) {
      return;
    }
    int[][] uses = result.fixups().usesOf(moving);
    for (int i = moving.nextSetBit(0); i >= 0; i = moving.nextSetBit(i + 1)) {
      String symbol = targets.get(i).name();
      if (uses[i].length == 0) {
        throw new ReplacementRefusedException(
            ("%s would move, but it is thread-local and %s refers to it. Replace %s in the same"
                    + " update.")
                .formatted(symbol, user, user));
      }
      for (int use : uses[i]) {
        plan(user, result, symbol, use, destinations[i]);
      }
      retargets.add(new Retarget(result.fixups(), i, destinations[i]));
    }
  }

  private void plan(
      LinkedObject user, LinkResult result, String symbol, int use, long destination) {
    KeptFixups fixups = result.fixups();
    EdgeKind kind = fixups.kind(use);
    long site = fixups.site(use);
    long value = fixups.value(use, destination);
    int size = kind.field().size();
    MemProt protection = protectionAt(result, site);
    if (protection == null) {
      return; // This part of its memory is freed.
    }
    if (!inOneWord(site, kind)
        || !kind.field().holds(value)
        || !memory.canPatch(protection, site)) {
      throw new ReplacementRefusedException(
          ("%s moves, but %s refers to it directly at 0x%x (%s), which cannot be changed by one"
                  + " store while threads may run. Compile %s with -fPIC, or replace with"
                  + " DataPolicy.KEEP.")
              .formatted(symbol, user, site, kind.llvmName(), user));
    }
    changesCode |= protection.executable();
    stores.add(new Store(protection, site, size, fixups.expected(use), value));
  }

  /** {@return whether a field can be changed by one aligned 8-byte store} */
  static boolean inOneWord(long site, EdgeKind kind) {
    int size = kind.field().size();
    return (size == 4 || size == 8) && (site & 7) + size <= 8;
  }

  private static @Nullable MemProt protectionAt(LinkResult result, long site) {
    for (SegmentRange segment : result.allocation().segments()) {
      if (segment.contains(site)) {
        return segment.memProt();
      }
    }
    return null;
  }

  /** Makes the planned stores. */
  void apply() {
    stores.forEach(this::store);
    retargets.forEach(each -> each.fixups().moved(each.target(), each.address()));
    if (changesCode) {
      Libc.synchronizeCores();
    }
  }

  private void store(Store store) {
    long place = store.site() & ~7L;
    int shift = Byte.SIZE * (int) (store.site() & 7);
    long mask = (store.size() == 8 ? -1L : 0xffff_ffffL) << shift;
    MemorySegment word = MemorySegment.ofAddress(place).reinterpret(Long.BYTES);
    long found = (long) WORD.getAcquire(word, 0L);
    long after = (found & ~mask) | (store.after() << shift & mask);
    if (!store.protection().writable()) {
      memory.patch(store.protection(), place, after);
      return;
    }
    // The program may have changed its variable: then it is not ours to change any more.
    while ((found & mask) == (store.before() << shift & mask)
        && !WORD.compareAndSet(word, 0L, found, after)) {
      found = (long) WORD.getAcquire(word, 0L);
      after = (found & ~mask) | (store.after() << shift & mask);
    }
  }
}
