import org.jspecify.annotations.NullMarked;

/**
 * Turns relocatable object files into link graphs and link graphs into memory. Knows nothing of
 * sessions, symbols tables of running programs, or replacement.
 */
@NullMarked
@SuppressWarnings("module") // friends are built later
module uruk.jitlink {
  requires transitive org.jspecify;
  requires com.google.common;
  requires org.slf4j;

  exports uruk.jitlink;
  exports uruk.jitlink.aarch64;
  exports uruk.jitlink.archive;
  exports uruk.jitlink.check;
  exports uruk.jitlink.dwarf;
  exports uruk.jitlink.elf;
  exports uruk.jitlink.graph;
  exports uruk.jitlink.host to
      uruk.materialization,
      uruk.tools;
  exports uruk.jitlink.i386;
  exports uruk.jitlink.memory;
  exports uruk.jitlink.pass;
  exports uruk.jitlink.x86_64;
}
