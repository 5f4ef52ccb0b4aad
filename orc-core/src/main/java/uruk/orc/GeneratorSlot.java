package uruk.orc;

import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * A generator of a dylib and the look-ups that want it: one has it, the others queue in order of
 * arrival. Guarded by the session lock.
 */
final class GeneratorSlot {
  private final DefinitionGenerator generator;
  private final JITDylib dylib;
  private final SequencedSet<LookupOperation> queue = new LinkedHashSet<>();
  private @Nullable LookupOperation holder;
  private boolean removed;

  GeneratorSlot(DefinitionGenerator generator, JITDylib dylib) {
    this.generator = generator;
    this.dylib = dylib;
  }

  DefinitionGenerator generator() {
    return generator;
  }

  JITDylib dylib() {
    return dylib;
  }

  boolean isRemoved() {
    return removed;
  }

  @Nullable LookupOperation holder() {
    return holder;
  }

  /** {@return the look-ups in the queue} */
  SequencedSet<LookupOperation> queue() {
    return queue;
  }

  /**
   * Takes the generator, or a place in its queue. Returns whether the look-up has the generator.
   */
  boolean acquire(LookupOperation operation) {
    if (holder == operation) {
      return true;
    }
    if (holder == null) {
      holder = operation;
      return true;
    }
    queue.addLast(operation);
    return false;
  }

  /** Gives the generator back; the next look-up in the queue gets it and resumes. */
  void release(LookupOperation operation, Outcome outcome) {
    if (holder != operation) {
      queue.remove(operation);
      return;
    }
    holder = queue.isEmpty() ? null : queue.removeFirst();
    if (holder != null) {
      outcome.resumed(holder);
    }
  }

  /** Fails every look-up that has or awaits the generator. */
  void remove(Outcome outcome) {
    removed = true;
    LookupOperation holding = holder;
    if (holding != null) {
      holding.failLocked(outcome, new GeneratorRemovedException(dylib));
    }
    while (!queue.isEmpty()) {
      queue.getFirst().failLocked(outcome, new GeneratorRemovedException(dylib));
    }
  }
}
