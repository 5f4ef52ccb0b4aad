package uruk.jitlink.graph;

/** Yields symbol names on demand, so that names nobody asks for are never decoded. */
@FunctionalInterface
public interface NameSource {
  /** {@return the name for a key, for example an offset in a string table} */
  String name(int key);
}
