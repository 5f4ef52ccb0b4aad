package uruk.materialization.platform;

import org.jspecify.annotations.Nullable;

/**
 * What a section with code to run at the program's begin or end is (gABI, "Initialization and
 * Termination Functions"; the older kinds are gcc's).
 *
 * @param kind what it holds
 * @param priority the lowest runs first at the begin and last at the end
 */
record InitializerSection(Kind kind, int priority) {
  /** The priority of a section that states none: behind all that do. */
  private static final int LAST = 65536;

  private static final int HIGHEST_STATED = 65535;

  private static final Kind[] KINDS = Kind.values();

  /** How a section's content is run. */
  enum Kind {
    /** Pointers to functions that run before all others. */
    PREINIT_ARRAY(".preinit_array", true, false, false),
    /** A piece of a function that runs before the pointers of its object. */
    INIT(".init", true, true, false),
    /** Pointers to functions that run at the begin. */
    INIT_ARRAY(".init_array", true, false, false),
    /** The same, run from the last to the first; a stated priority counts from the other end. */
    CTORS(".ctors", true, false, true),
    /** Pointers to functions that run at the end, from the last to the first. */
    FINI_ARRAY(".fini_array", false, false, false),
    /** The same, run from the first to the last; a stated priority counts from the other end. */
    DTORS(".dtors", false, false, true),
    /** A piece of a function that runs after the pointers of its object. */
    FINI(".fini", false, true, false);

    private final String sectionName;
    private final boolean atBegin;
    private final boolean fragment;
    private final boolean reversed;

    Kind(String sectionName, boolean atBegin, boolean fragment, boolean reversed) {
      this.sectionName = sectionName;
      this.atBegin = atBegin;
      this.fragment = fragment;
      this.reversed = reversed;
    }

    /** {@return whether it runs at the program's begin} */
    boolean atBegin() {
      return atBegin;
    }

    /** {@return whether it is code without a return, not pointers} */
    boolean fragment() {
      return fragment;
    }

    /** {@return whether its pointers stand in the opposite order of the modern kind's} */
    boolean reversed() {
      return reversed;
    }
  }

  /** {@return whether the section's name states a priority} */
  boolean stated() {
    return priority != LAST;
  }

  /** {@return what a section is by its name; null if it is an ordinary one} */
  static @Nullable InitializerSection of(String name) {
    for (Kind kind : KINDS) {
      if (!name.startsWith(kind.sectionName)) {
        continue;
      }
      if (name.equals(kind.sectionName)) {
        return new InitializerSection(kind, LAST);
      }
      if (name.startsWith(kind.sectionName + ".")) {
        int stated = priority(name.substring(kind.sectionName.length() + 1));
        int priority = kind.reversed && stated != LAST ? HIGHEST_STATED - stated : stated;
        return new InitializerSection(kind, priority);
      }
    }
    return null;
  }

  private static int priority(String digits) {
    try {
      return Math.clamp(Integer.parseInt(digits), 0, HIGHEST_STATED);
    } catch (NumberFormatException notANumber) {
      return LAST;
    }
  }
}
