package uruk.orc;

import java.util.Set;

/**
 * Is told what happens to symbols. Called outside the session lock, one call at a time and in the
 * order in which things happened; by then the session may have moved on. An exception goes to the
 * error reporter.
 */
public interface SessionListener {
  /** Symbols were added to a dylib's table. */
  default void symbolsDefined(JITDylib dylib, Set<String> names) {}

  /** Symbols may be used now. */
  default void symbolsReady(JITDylib dylib, Set<String> names) {}

  /** Symbols have left a dylib's table. */
  default void symbolsRemoved(JITDylib dylib, Set<String> names) {}
}
