package uruk.orc;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The look-ups in which tasks and generators block, by thread. A thread that blocks may run other
 * tasks meanwhile, which may block in turn: each thread has a stack of them. Guarded by the session
 * lock.
 */
final class BlockedThreads {
  private final IdentityHashMap<Thread, List<LookupOperation>> stacks = new IdentityHashMap<>();
  private volatile boolean some;

  /**
   * Where a unit or a generator runs.
   *
   * @param thread the thread
   * @param depth how many look-ups the thread was blocked in when it began
   */
  record Run(Thread thread, int depth) {}

  /** {@return a run on the calling thread that begins now} */
  Run begin(ExecutionSession session) {
    Thread thread = Thread.currentThread();
    return new Run(thread, some ? session.locked(() -> stackOf(thread).size()) : 0);
  }

  /** {@return whether no thread blocks} */
  boolean isEmpty() {
    return !some;
  }

  void push(Thread thread, LookupOperation operation) {
    stacks.computeIfAbsent(thread, key -> new ArrayList<>(1)).add(operation);
    some = true;
  }

  void pop(Thread thread) {
    List<LookupOperation> stack = stackOf(thread);
    stack.removeLast();
    if (stack.isEmpty()) {
      stacks.remove(thread);
    }
    some = !stacks.isEmpty();
  }

  /** {@return the look-ups that threads block in} */
  List<LookupOperation> operations() {
    return stacks.values().stream().flatMap(List::stream).toList();
  }

  /** {@return the look-up that keeps the run from going on, or null if it goes on} */
  @Nullable LookupOperation above(Run run) {
    List<LookupOperation> stack = stackOf(run.thread());
    return stack.size() > run.depth() ? stack.get(run.depth()) : null;
  }

  /**
   * {@return the look-up that must return before the given one can, on the thread that blocks in
   * it}
   */
  @Nullable LookupOperation above(LookupOperation operation) {
    for (List<LookupOperation> stack : stacks.values()) {
      int at = stack.indexOf(operation);
      if (at >= 0) {
        return at + 1 < stack.size() ? stack.get(at + 1) : null;
      }
    }
    return null;
  }

  private List<LookupOperation> stackOf(Thread thread) {
    return stacks.getOrDefault(thread, List.of());
  }
}
