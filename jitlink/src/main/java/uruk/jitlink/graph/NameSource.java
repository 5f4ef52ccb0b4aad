package uruk.jitlink.graph;

/** Yields symbol names on demand, so that names nobody asks for are never decoded. */
public interface NameSource {
  /** {@return the name for a key, for example an offset in a string table} */
  String name(int key);

  /** {@return whether the name for a key is not empty} */
  boolean hasName(int key);
}
