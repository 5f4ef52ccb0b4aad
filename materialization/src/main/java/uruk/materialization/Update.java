package uruk.materialization;

import uruk.jitlink.ObjectFile;

/**
 * What one update consists of, named inside {@link ObjectLinkingLayer#update}. Nothing happens
 * before all of it is named.
 */
public interface Update {
  /** Replaces an object; its variables begin anew. */
  default void replace(LinkedObject object, ObjectFile file) {
    replace(object, file, DataPolicy.REINITIALISE);
  }

  /** Replaces an object; see {@link #replace(LinkedObject, ObjectFile, DataPlan)}. */
  default void replace(LinkedObject object, ObjectFile file, DataPolicy data) {
    replace(object, file, DataPlan.of(data));
  }

  /**
   * Replaces an object.
   *
   * @throws IllegalArgumentException if the update names the object already, or one of another
   *     dylib
   * @throws IllegalStateException if the object has failed or been removed
   */
  void replace(LinkedObject object, ObjectFile file, DataPlan data);

  /** Removes an object, which only objects of this update may use. */
  void remove(LinkedObject object);

  /** Adds an object file to the dylib's default tracker, linked at once. */
  void add(ObjectFile file);
}
