package uruk.jitlink;

import uruk.jitlink.archive.LibraryNotFoundException;
import uruk.jitlink.archive.MalformedArchiveException;
import uruk.jitlink.archive.MalformedLinkerScriptException;
import uruk.jitlink.archive.UnreadableFileException;
import uruk.jitlink.host.HostException;

/**
 * Root of everything that can go wrong between an object file and linked memory. The text of each
 * case says where, what (with the numbers) and how to mend it.
 */
public abstract sealed class LinkException extends RuntimeException
    permits DuplicateDefinitionException,
        FixupAlignmentException,
        FixupOutOfRangeException,
        HostException,
        LibraryNotFoundException,
        LinkFailedException,
        MalformedArchiveException,
        MalformedLinkerScriptException,
        MalformedObjectException,
        MemoryAllocationException,
        UnreadableFileException,
        UnresolvedExternalException,
        UnsupportedObjectException {

  private static final long serialVersionUID = 1L;

  /**
   * For the cases.
   *
   * @param message where, what, how to mend
   */
  protected LinkException(String message) {
    super(message);
  }

  /**
   * For the cases that follow from another failure.
   *
   * @param message where, what, how to mend
   * @param cause the first failure
   */
  protected LinkException(String message, Throwable cause) {
    super(message, cause);
  }
}
