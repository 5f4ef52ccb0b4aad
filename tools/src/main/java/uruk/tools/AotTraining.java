package uruk.tools;

import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The training run for the JDK's cache of loaded and linked classes: several command lines in one
 * process, so that one cache serves them all. Not for users.
 */
final class AotTraining {
  /** The hidden word behind {@code uruk}. */
  static final String WORD = "--train";

  private static final String NEXT = "--then";

  private AotTraining() {}

  /**
   * Runs command lines one after the other.
   *
   * @param words the command lines, with {@code --then} between them
   * @param runner runs one of them and returns its status
   * @return the first status that is not 0, at which training ends
   */
  static int run(List<String> words, ToIntFunction<List<String>> runner) {
    HandleForms.meet();
    int end = words.indexOf(NEXT);
    if (end < 0) {
      return runner.applyAsInt(words);
    }
    int status = runner.applyAsInt(words.subList(0, end));
    return status == 0 ? run(words.subList(end + 1, words.size()), runner) : status;
  }
}
