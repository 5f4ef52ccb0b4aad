package uruk.jitlink.archive;

import uruk.jitlink.LinkException;

/** An archive whose structure contradicts itself, or that changed while it was open. */
public final class MalformedArchiveException extends LinkException {

  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /**
   * Builds the text {@code file: at offset 0x…: what. How to mend.}
   *
   * @param file the archive, as it was given
   * @param offset byte position in the archive that the complaint is about
   * @param what what is wrong, with its numbers, without a full stop
   * @param mend what the user can do, as a sentence
   */
  public MalformedArchiveException(String file, long offset, String what, String mend) {
    super("%s: at offset 0x%x: %s. %s".formatted(file, offset, what, mend));
    this.file = file;
    this.offset = offset;
  }

  /** {@return the archive, as it was given} */
  public String file() {
    return file;
  }

  /** {@return the byte position in the archive that the complaint is about} */
  public long offset() {
    return offset;
  }
}
