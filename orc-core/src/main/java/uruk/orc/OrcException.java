package uruk.orc;

import org.jspecify.annotations.Nullable;

/**
 * What can go wrong in a session. The cases carry LLVM's names where LLVM has them; the cause,
 * where there is one, is the first thing that went wrong.
 */
public abstract sealed class OrcException extends RuntimeException
    permits AliasCycleException,
        DuplicateDefinitionException,
        FailedToMaterializeException,
        GeneratorRemovedException,
        JITDylibDefunctException,
        LookupDeadlockException,
        LookupInterruptedException,
        LookupTimeoutException,
        MissingSymbolDefinitionsException,
        ResourceRemovalException,
        ResourceTrackerDefunctException,
        ResponsibilityDroppedException,
        SessionClosedException,
        SuspensionDroppedException,
        SymbolsCouldNotBeRemovedException,
        SymbolsInUseException,
        SymbolsNotFoundException,
        UnexpectedSymbolDefinitionsException,
        UnsatisfiedSymbolDependenciesException {
  private static final long serialVersionUID = 1;

  OrcException(String message, @Nullable Throwable cause) {
    this(message, cause, true);
  }

  /**
   * Leaves the stack trace out of an error that arises in the session and not where someone waits.
   */
  OrcException(String message, @Nullable Throwable cause, boolean withStackTrace) {
    super(message, cause, true, withStackTrace);
  }
}
