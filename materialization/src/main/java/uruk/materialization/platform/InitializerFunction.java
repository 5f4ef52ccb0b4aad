package uruk.materialization.platform;

import java.util.Comparator;

/**
 * A function to run at the program's begin or end.
 *
 * @param section what it came from
 * @param object the place of its object in the order in which objects were added
 * @param index its place in the object's section
 * @param address the function
 */
record InitializerFunction(InitializerSection section, long object, int index, long address) {
  /** At the begin: early kinds first, then by priority, then as objects were added. */
  static final Comparator<InitializerFunction> BEGIN =
      Comparator.comparingInt(InitializerFunction::phase)
          .thenComparingInt(function -> function.section().priority())
          .thenComparingInt(InitializerFunction::rank)
          .thenComparingLong(InitializerFunction::object)
          .thenComparingInt(InitializerFunction::index);

  /** At the end: everything the other way round, then the fragments. */
  static final Comparator<InitializerFunction> END =
      Comparator.comparingInt(InitializerFunction::phase).thenComparing(BEGIN.reversed());

  /** Linkers sort sections of one stated priority by name. */
  private int rank() {
    return section.stated() && !section.kind().reversed() ? 1 : 0;
  }

  private int phase() {
    return switch (section.kind()) {
      case PREINIT_ARRAY -> 0;
      case INIT -> 1;
      case INIT_ARRAY, CTORS, FINI_ARRAY, DTORS -> 2;
      case FINI -> 3;
    };
  }
}
