package uruk.jitlink.memory;

/**
 * A choice for the search of errors, made when the process begins: {@code -Duruk.poison=true}. Code
 * that was freed traps when it is run, and entries that were given back are never handed out again,
 * so a late call ends in a crash report and not in another function.
 */
final class Poison {
  private static final boolean ENABLED = Boolean.getBoolean("uruk.poison");

  private Poison() {}

  /** {@return whether freed code traps and entries are not used again} */
  static boolean enabled() {
    return ENABLED;
  }
}
