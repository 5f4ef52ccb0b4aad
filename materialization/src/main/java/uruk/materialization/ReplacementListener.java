package uruk.materialization;

import java.util.List;

/** Hears of updates after they were made, on the thread that made them, holding no lock. */
@FunctionalInterface
public interface ReplacementListener {
  /** An update was made: all names lead to the new versions. */
  void updated(Replacement replacement);

  /** Objects were removed, with all of their versions. */
  default void removed(List<LinkedObject> objects) {}

  /** The code of a replaced version was freed: nothing ran it any more. */
  default void codeFreed(LinkedObject version) {}
}
