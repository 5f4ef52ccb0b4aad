package uruk.jitlink.host;

import uruk.jitlink.LinkException;

/**
 * A request to the operating system or to the process's dynamic linker was refused. The message
 * says which request, with its numbers and the system's reason.
 */
public final class HostException extends LinkException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  HostException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /**
   * {@return the system's error number (errno(3)), or 0 where the failing function has none, as
   * dlopen}
   */
  public int errno() {
    return errno;
  }
}
