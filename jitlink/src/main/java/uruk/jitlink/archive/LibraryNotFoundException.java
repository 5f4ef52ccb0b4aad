package uruk.jitlink.archive;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import uruk.jitlink.LinkException;

/** A library that is in none of the directories searched. */
public final class LibraryNotFoundException extends LinkException {

  private static final long serialVersionUID = 1L;

  private final String library;
  private final ArrayList<String> searched;

  /**
   * Builds the text from what was asked and where it was looked for.
   *
   * @param library as it was asked for: {@code -lfoo}, {@code -l:libfoo.a} or a file name
   * @param fileNames the file names that would have done, in order of preference
   * @param searched the directories, in search order
   * @param passedOver files that are there and are for other machines, in words
   */
  public LibraryNotFoundException(
      String library, List<String> fileNames, List<Path> searched, List<String> passedOver) {
    super(
        "%s: not found: no %s in %s. %sName its directory with -L, or install the library's development package."
            .formatted(
                library,
                String.join(" or ", fileNames),
                describe(searched),
                passedOver.stream().map(note -> note + ". ").collect(Collectors.joining())));
    this.library = library;
    this.searched =
        searched.stream().map(Path::toString).collect(Collectors.toCollection(ArrayList::new));
  }

  private static String describe(List<Path> searched) {
    return searched.isEmpty()
        ? "any directory (none was given)"
        : searched.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  /** {@return the library, as it was asked for} */
  public String library() {
    return library;
  }

  /** {@return the directories looked into, in search order} */
  public List<Path> searched() {
    return searched.stream().map(Path::of).toList();
  }
}
