package uruk.orc;

/**
 * Why symbols are looked up. The session treats both kinds alike; generators see the kind, and
 * archives add members for {@link #STATIC} look-ups only.
 */
public enum LookupKind {
  /** As a linker does, to satisfy references of code. */
  STATIC,
  /** As {@code dlsym} does, to find what is there. */
  DLSYM
}
