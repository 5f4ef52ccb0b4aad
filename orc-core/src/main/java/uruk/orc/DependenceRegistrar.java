package uruk.orc;

import java.util.Map;
import java.util.Set;

/**
 * Learns where a look-up found each symbol, before any of them changes. A linker keeps what it is
 * told and reports it in its {@link SymbolDependenceGroup}s.
 *
 * <p>Unlike LLVM's call-back this one also lists symbols that are ready already, because the
 * session keeps those edges too.
 */
@FunctionalInterface
public interface DependenceRegistrar {
  /**
   * Called once, when every name has been found and no symbol has failed. Runs inside the session
   * lock: it must be short and must not look anything up.
   *
   * @param found the names found, by dylib; symbols that have side effects only are not listed
   */
  void registerDependencies(Map<JITDylib, Set<String>> found);
}
