package uruk.materialization;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Which objects refer to a name beyond themselves: who uses a symbol is asked for at each update,
 * of a hundred thousand objects perhaps. Most programs never ask, so objects are entered when
 * somebody does. Guarded by the lock of {@link LinkedObjects}.
 */
final class UserIndex {
  /** Nearly all names have few users. */
  private final Map<String, List<LinkedObject>> users = new HashMap<>();

  /** Objects that are not entered yet, in order. */
  private final SequencedMap<LinkedObject, LinkResult> fresh = new LinkedHashMap<>();

  void add(LinkedObject object, LinkResult result) {
    fresh.put(object, result);
  }

  private void enterFresh() {
    fresh.forEach(this::enter);
    fresh.clear();
  }

  private void enter(LinkedObject object, LinkResult result) {
    for (String name : result.fixups().outsideNames()) {
      List<LinkedObject> known = users.computeIfAbsent(name, _ -> new ArrayList<>(1));
      // A name that occurs more than once has just been added.
      if (known.isEmpty() || known.getLast() != object) {
        known.add(object);
      }
    }
  }

  void remove(LinkedObject object, LinkResult result) {
    if (fresh.remove(object) != null) {
      return;
    }
    for (String name : result.fixups().outsideNames()) {
      users.computeIfPresent(
          name,
          (_, objects) -> {
            // The newest mostly goes first.
            int index = objects.lastIndexOf(object);
            if (index >= 0) {
              objects.set(index, objects.getLast());
              objects.removeLast();
            }
            return objects.isEmpty() ? null : objects;
          });
    }
  }

  /** {@return the objects that refer to one of the names} */
  Set<LinkedObject> usersOf(Collection<String> names) {
    enterFresh();
    Set<LinkedObject> found = new LinkedHashSet<>();
    for (String name : names) {
      found.addAll(users.getOrDefault(name, List.of()));
    }
    return found;
  }
}
