import org.jspecify.annotations.NullMarked;

/** The command line. */
@NullMarked
module uruk.tools {
  requires com.google.gson;
  requires org.slf4j;
  requires uruk.materialization;
}
