import org.jspecify.annotations.NullMarked;

/**
 * Marries the linker to the session: the object linking layer, generators, entries and replacement,
 * and the facade that most programs use.
 */
@NullMarked
module uruk.materialization {
  requires transitive org.jspecify;
  requires transitive uruk.jitlink;
  requires transitive uruk.orc;
  requires com.google.common;
  requires org.slf4j;

  exports uruk.jit;
  exports uruk.materialization;
  exports uruk.materialization.platform;
}
