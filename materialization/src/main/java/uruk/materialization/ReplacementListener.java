package uruk.materialization;

/** Hears of updates after they were made, on the thread that made them, holding no lock. */
@FunctionalInterface
public interface ReplacementListener {
  /** An update was made: all names lead to the new versions. */
  void updated(Replacement replacement);
}
