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
        SymbolsCouldNotBeRemovedException,
        SymbolsInUseException,
        SymbolsNotFoundException,
        UnexpectedSymbolDefinitionsException,
        UnsatisfiedSymbolDependenciesException {
  private static final long serialVersionUID = 1;

  OrcException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
