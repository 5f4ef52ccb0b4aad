import org.jspecify.annotations.NullMarked;

/**
 * Turns relocatable object files into link graphs and link graphs into memory. Knows nothing of
 * sessions, symbols tables of running programs, or replacement.
 */
@NullMarked
module uruk.jitlink {
  requires transitive org.jspecify;
  requires com.google.common;
  requires org.slf4j;

  exports uruk.jitlink;
  exports uruk.jitlink.archive;
}
