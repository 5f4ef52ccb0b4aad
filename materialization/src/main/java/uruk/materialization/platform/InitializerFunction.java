package uruk.materialization.platform;

import java.util.Comparator;

/**
 * A function to run at the program's begin or end.
 *
 * @param section what it came from
 * @param object the place of its object in the order in which objects were added
 * @param block the place of its block in the object: an object of several files has several
 * @param index its place in the block
 * @param address the function
 */
record InitializerFunction(
    InitializerSection section, long object, int block, int index, long address) {
  /** At the begin: early kinds first, then by priority, then as objects were added. */
  static final Comparator<InitializerFunction> BEGIN = InitializerFunction::compareAtBegin;

  /** At the end: everything the other way round, then the fragments. */
  static final Comparator<InitializerFunction> END = InitializerFunction::compareAtEnd;

  /** Of ready-made comparators the JDK would make a class each at every start of a process. */
  private static int compareAtBegin(InitializerFunction a, InitializerFunction b) {
    int order = Integer.compare(a.phase(), b.phase());
    if (order == 0) {
      order = Integer.compare(a.section.priority(), b.section.priority());
    }
    if (order == 0) {
      order = Integer.compare(a.rank(), b.rank());
    }
    if (order == 0) {
      order = Long.compare(a.object, b.object);
    }
    if (order == 0) {
      order = Integer.compare(a.block, b.block);
    }
    return order != 0 ? order : Integer.compare(a.index, b.index);
  }

  private static int compareAtEnd(InitializerFunction a, InitializerFunction b) {
    int order = Integer.compare(a.phase(), b.phase());
    return order != 0 ? order : compareAtBegin(b, a);
  }

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
