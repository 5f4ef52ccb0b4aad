package uruk.orc;

import org.jspecify.annotations.Nullable;

/**
 * A generator of a dylib and the look-ups that want it: one has it, the others queue in order of
 * arrival. Guarded by the session lock.
 */
final class GeneratorSlot {
  private final DefinitionGenerator generator;
  private final JITDylib dylib;
  private final LookupQueue queue = new LookupQueue();
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

  /**
   * Takes the generator, or a place in its queue.
   *
   * @return the place; null if the look-up has the generator
   */
  LookupQueue.@Nullable Place acquire(LookupOperation operation) {
    if (holder == null) {
      holder = operation;
    }
    return holder == operation ? null : queue.add(operation);
  }

  /**
   * A look-up wants the generator no more. If it has it, the next one in the queue gets it and
   * resumes.
   *
   * @param place what {@link #acquire} returned
   */
  void release(LookupOperation operation, LookupQueue.@Nullable Place place, Outcome outcome) {
    if (holder == operation) {
      holder = queue.poll();
      if (holder != null) {
        outcome.resumed(holder);
      }
    } else if (place != null) {
      queue.remove(place);
    }
  }

  /** Fails every look-up that has or awaits the generator. */
  void remove(Outcome outcome) {
    removed = true;
    LookupOperation holding = holder;
    if (holding != null) {
      holding.failLocked(outcome, new GeneratorRemovedException(dylib));
    }
    for (LookupOperation next = queue.first(); next != null; next = queue.first()) {
      next.failLocked(outcome, new GeneratorRemovedException(dylib));
    }
  }
}
