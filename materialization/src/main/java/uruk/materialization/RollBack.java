package uruk.materialization;

import java.util.List;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.ObjectFile;
import uruk.materialization.Generations.Version;
import uruk.materialization.Switchover.Change;

/**
 * An update back to what was before another one. What is in memory is led back to; what is not is
 * linked again from its file, and has its variables again if they are still there.
 */
final class RollBack {
  private final Updates updates;
  private final List<Change> made;

  RollBack(Updates updates, List<Change> made) {
    this.updates = updates;
    this.made = made;
  }

  /** {@return the update that leads back} */
  UpdateTransaction transaction() {
    UpdateTransaction back = new UpdateTransaction(updates);
    // What an earlier version refers to may be among what was removed.
    boolean linkAgain = made.stream().anyMatch(change -> change.to() == null);
    made.forEach(change -> add(back, change, linkAgain));
    return back;
  }

  private static void add(UpdateTransaction back, Change change, boolean linkAgain) {
    Generations generations = change.generations();
    Version before = change.from();
    Version after = change.to();
    if (after == null) {
      if (before != null) {
        back.restore(null, before.object(), file(before.object()));
      }
      return;
    }
    // A version that was linked again is another object of the same generation.
    LinkedObject current = generations.current().object();
    if (current.generation() != after.object().generation()
        || current.state() != LinkedObject.State.LINKED) {
      throw new IllegalStateException(
          "%s has been replaced since, or removed".formatted(generations.first()));
    }
    if (before == null) {
      back.remove(current);
    } else if (!linkAgain
        && before.object().codeInMemory()
        && generations.versions().contains(before)) {
      back.leadBack(current, before);
    } else {
      back.restore(current, before.object(), file(before.object()));
    }
  }

  private static ObjectFile file(LinkedObject object) {
    @Nullable ObjectFile file = object.file();
    if (file == null) {
      throw new IllegalStateException(
          ("the memory of version %d of %s has been released, and its file is not kept; replace it"
                  + " with its file instead")
              .formatted(object.generation(), object));
    }
    return file;
  }
}
