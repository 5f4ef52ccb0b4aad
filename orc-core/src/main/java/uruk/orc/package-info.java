/**
 * A session of JITDylibs whose symbols are made on demand.
 *
 * <p>An {@link uruk.orc.ExecutionSession} holds {@link uruk.orc.JITDylib}s. A dylib is a table of
 * symbols; {@link uruk.orc.MaterializationUnit}s promise to produce them. A look-up finds the first
 * visible definition of each name along a {@link uruk.orc.SearchOrder}, starts the units that are
 * needed, and completes once every symbol has reached the state that was asked for. {@link
 * uruk.orc.ResourceTracker}s say which definitions are removed together.
 *
 * <p>The rules are those of LLVM's ORC ({@code llvm/ExecutionEngine/Orc/Core.h}); where this
 * package goes further (reverse dependencies, removal policies, causes, stall reports) its classes
 * say so.
 *
 * <h2>Threads and the session lock</h2>
 *
 * All types here are safe for use by many threads. One re-entrant lock per session guards the
 * tables. These run <em>inside</em> it and therefore must be short and must not wait for anything:
 * {@link uruk.orc.MaterializationUnit#discard}, {@link uruk.orc.MaterializationUnit#commonMerged},
 * {@link uruk.orc.Platform#notifyAdding}, {@link uruk.orc.Platform#notifyRemoving}, {@link
 * uruk.orc.ResourceManager#handleTransferResources}, {@link uruk.orc.DependenceRegistrar} and the
 * closures of {@link uruk.orc.ExecutionSession#runSessionLocked}, {@link
 * uruk.orc.JITDylib#withLinkOrder} and {@link
 * uruk.orc.MaterializationResponsibility#withResourceKey}. Everything else that the package calls
 * (materialization, completions, generators, removal by resource managers, platform set-up and
 * tear-down, listeners, the error reporter, the names and extents of units) runs outside it. What
 * would call those inside the lock is put off until the lock is free, or refused with an {@link
 * java.lang.IllegalStateException} where its caller would wait for it.
 */
package uruk.orc;
