package uruk.materialization;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.KeptFixups;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.memory.InProcessMemoryManager;
import uruk.jitlink.memory.SegmentRange;
import uruk.materialization.ReferencePatches.SymbolAt;
import uruk.orc.ResourceKey;

/**
 * The objects of a layer that are linked: whose they are, where they are, and who refers to whom.
 *
 * <p>Thread-safe. One lock guards the tables; it is taken inside the session lock and nothing
 * outside of this class is called while it is held, but the memory manager.
 */
final class LinkedObjects {
  private static final SequencedSet<LinkedObject> NONE =
      Collections.unmodifiableSequencedSet(new LinkedHashSet<>());

  private final InProcessMemoryManager memory;
  private final EntryCounts entryCounts;
  private final UserIndex users = new UserIndex(); // guarded by lock
  private final AddressIndex places;
  private final BooleanSupplier linksUnderWay;
  private final Object lock = new Object();

  private final MovedSymbols moved = new MovedSymbols(); // guarded by lock
  private final Map<ResourceKey, SequencedSet<LinkedObject>> linked =
      new LinkedHashMap<>(); // guarded by lock

  /**
   * @param linksUnderWay whether there are links that have begun and whose objects are not attached
   */
  LinkedObjects(EntryCounts entryCounts, BooleanSupplier linksUnderWay) {
    this.linksUnderWay = linksUnderWay;
    this.memory = entryCounts.memory();
    this.entryCounts = entryCounts;
    this.places = new AddressIndex(memory);
  }

  /** {@return the objects of a tracker whose memory is there} */
  List<LinkedObject> of(ResourceKey key) {
    synchronized (lock) {
      return linked.getOrDefault(key, NONE).stream().filter(LinkedObject::inMemory).toList();
    }
  }

  /** {@return all objects whose memory is there, by tracker in the order of first links} */
  List<LinkedObject> all() {
    synchronized (lock) {
      List<LinkedObject> all = new ArrayList<>();
      linked.values().forEach(all::addAll);
      all.removeIf(object -> !object.inMemory());
      return all;
    }
  }

  // Coming and going -----------------------------------------------------------------------------

  /** Takes an object whose link has ended; its memory belongs to the tracker from here on. */
  void attach(ResourceKey key, LinkedObject object) {
    synchronized (lock) {
      LinkResult result = object.result();
      if (result != null) {
        catchUp(object, result);
        moved.placed(result.symbols());
        users.add(object, result);
      }
      linked.computeIfAbsent(key, _ -> LinkedHashSet.newLinkedHashSet(1)).add(object);
      object.heldFor(key);
      places.add(object);
    }
  }

  /** What the object refers to may have moved while it was being linked. */
  private void catchUp(LinkedObject object, LinkResult result) {
    Map<SymbolAt, Long> moves = moved.among(result.fixups().outsideTargets());
    for (DirectBranches.Bound bound : result.directBranches()) {
      long code = memory.entryTarget(bound.entry());
      if (code != bound.code()) {
        moves.put(new SymbolAt(bound.symbol(), bound.code()), code);
      }
    }
    if (!moves.isEmpty()) {
      ReferencePatches patches = new ReferencePatches(memory);
      patches.plan(object, result, moves);
      patches.apply();
    }
  }

  /** Takes an object from its tracker. */
  void detach(LinkedObject object) {
    synchronized (lock) {
      linked.computeIfPresent(
          object.heldFor(),
          (_, objects) -> {
            objects.remove(object);
            return objects.isEmpty() ? null : objects;
          });
    }
  }

  /** {@return the objects of a tracker, which has none any more} */
  List<LinkedObject> detachAll(ResourceKey key) {
    synchronized (lock) {
      SequencedSet<LinkedObject> removed = linked.remove(key);
      return removed == null ? List.of() : List.copyOf(removed);
    }
  }

  /** Gives the objects of one tracker to another. */
  void transfer(ResourceKey destination, ResourceKey source) {
    synchronized (lock) {
      SequencedSet<LinkedObject> objects = linked.remove(source);
      if (objects != null) {
        objects.forEach(object -> object.heldFor(destination));
        linked.computeIfAbsent(destination, _ -> LinkedHashSet.newLinkedHashSet(1)).addAll(objects);
      }
    }
  }

  /** Gives one object to another tracker. */
  void transfer(LinkedObject object, ResourceKey destination) {
    synchronized (lock) {
      detach(object);
      linked.computeIfAbsent(destination, _ -> LinkedHashSet.newLinkedHashSet(1)).add(object);
      object.heldFor(destination);
    }
  }

  /** Gives the memory of an object's code back; its data and its entries stay. */
  void freeCode(LinkedObject object) {
    LinkResult result;
    synchronized (lock) {
      result = object.result();
      if (result != null) {
        for (SegmentRange range : object.segments()) {
          if (range.memProt() == MemProt.READ_EXEC) {
            places.remove(range);
          }
        }
      }
    }
    if (result != null) {
      result.allocation().deallocate(MemProt.READ_EXEC);
    }
  }

  /** Gives an object's memory and entries back. */
  void free(LinkedObject object) {
    LinkResult result;
    synchronized (lock) {
      result = object.result();
      places.remove(object);
      if (result != null) {
        users.remove(object, result);
      }
      object.removed();
    }
    if (result != null) {
      entryCounts.release(result.symbols().entries());
      entryCounts.release(result.localFunctions().entries());
      result.allocation().deallocate().join();
    }
  }

  // Who uses what --------------------------------------------------------------------------------

  /** {@return uses of symbols at these addresses by other objects than those left out} */
  List<SymbolUse> uses(Map<String, Long> symbols, Set<LinkedObject> without) {
    List<SymbolUse> uses = new ArrayList<>();
    for (LinkedObject user : usersOf(symbols.keySet())) {
      LinkResult result = user.result();
      if (result != null && !without.contains(user)) {
        SymbolUses.collect(user, result, symbols, memory::targetIfEntry, uses);
      }
    }
    return uses;
  }

  /** {@return uses of an object's memory by other objects} */
  List<SymbolUse> usesOfMemory(LinkedObject object) {
    List<SymbolUse> uses = new ArrayList<>();
    Set<LinkedObject> users = usersOf(object.symbolNames());
    // Other versions may have adopted variables that have no name for others.
    Generations line = object.generations();
    if (line != null) {
      line.versions().forEach(version -> users.add(version.object()));
    }
    for (LinkedObject user : users) {
      LinkResult result = user.result();
      if (user != object && result != null) {
        SymbolUses.collectInto(user, result, object.segments(), uses);
      }
    }
    return uses;
  }

  /** {@return the objects that refer to one of the names beyond themselves} */
  Set<LinkedObject> usersOf(Collection<String> names) {
    synchronized (lock) {
      return users.usersOf(names);
    }
  }

  /** {@return the object whose memory or entry an address is in; null if there is none} */
  @Nullable LinkedObject owner(long address) {
    return places.owner(memory.targetIfEntry(address));
  }

  /** {@return what an address belongs to} */
  Optional<SymbolPlace> find(long address) {
    return Optional.ofNullable(places.find(address));
  }

  /** {@return whether an address is in an object's writable memory} */
  boolean isWritable(long address) {
    LinkedObject owner = places.owner(address);
    return owner != null
        && owner.segments().stream()
            .anyMatch(range -> range.contains(address) && range.memProt() == MemProt.READ_WRITE);
  }

  /** {@return the size of a variable, as its object has it; 0 if that is not known} */
  long sizeAt(String name, long address) {
    LinkedObject owner = places.owner(address);
    LinkResult result = owner == null ? null : owner.result();
    int index = result == null ? -1 : result.symbols().indexOf(name);
    return result == null || index < 0 ? 0 : result.symbols().size(index);
  }

  /** {@return what memory differs from the fix-ups, by object} */
  Map<LinkedObject, List<KeptFixups.Mismatch>> verify() {
    Map<LinkedObject, List<KeptFixups.Mismatch>> found = new LinkedHashMap<>();
    for (LinkedObject object : all()) {
      List<KeptFixups.Mismatch> mismatches = object.verify();
      if (!mismatches.isEmpty()) {
        found.put(object, mismatches);
      }
    }
    return found;
  }

  // References that go elsewhere -----------------------------------------------------------------

  /** Plans what it takes to lead references elsewhere. Called inside the session lock. */
  ReferencePatches planPatches(Map<SymbolAt, Long> moves, Set<LinkedObject> without) {
    ReferencePatches patches = new ReferencePatches(memory);
    Set<String> names = new HashSet<>();
    moves.keySet().forEach(move -> names.add(move.name()));
    for (LinkedObject user : usersOf(names)) {
      LinkResult result = user.result();
      if (result != null && !without.contains(user)) {
        patches.plan(user, result, moves);
      }
    }
    return patches;
  }

  /**
   * Leads references elsewhere, also those of links under way. Inside the session lock.
   *
   * @param moves of variables: direct branches of links under way follow their entries
   */
  void moved(Map<SymbolAt, Long> moves, ReferencePatches patches) {
    synchronized (lock) {
      patches.apply();
      if (!linksUnderWay.getAsBoolean()) {
        moved.forget();
      } else {
        moved.moved(moves);
      }
    }
  }
}
