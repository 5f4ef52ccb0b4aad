import org.jspecify.annotations.NullMarked;

/**
 * Sessions, dylibs, asynchronous symbol look-ups, materialization and resource trackers. Knows
 * nothing of object files or native code.
 */
@NullMarked
module uruk.orc {
  requires transitive org.jspecify;
  requires com.google.common;

  exports uruk.orc;
}
