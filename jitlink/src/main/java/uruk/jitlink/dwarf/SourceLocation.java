package uruk.jitlink.dwarf;

/**
 * A place in a source file.
 *
 * @param file the path as the compiler recorded it; relative to the directory of compilation unless
 *     that was recorded too, as DWARF 5 does
 * @param line counted from 1; 0 if the code belongs to no line
 * @param column counted from 1; 0 if unknown
 */
public record SourceLocation(String file, int line, int column) {
  /** {@return {@code file:line:column}, without the column if it is unknown} */
  @Override
  public String toString() {
    return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
  }
}
