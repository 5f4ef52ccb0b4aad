package uruk.tools.option;

/** How an option takes its argument. */
public enum ArgumentStyle {
  /** {@code --memory}: there is none. */
  NONE,
  /** {@code -O2}, {@code -O}: the rest of the word, which may be empty. */
  JOINED,
  /** {@code -Ldir}, {@code -L dir}: the rest of the word, or the next one. */
  JOINED_OR_NEXT,
  /** {@code --cc=clang}, {@code --cc clang}: after an equals sign, or the next word. */
  EQUALS_OR_NEXT,
  /** {@code --call 'int f(int)' 1}: the next word; all that follow are not for the command. */
  NEXT_AND_REST,
  /** {@code --executor=path}, {@code --executor}: after an equals sign, or none. */
  EQUALS,
  /** {@code -args a b}: all words behind it, whatever they look like; one setting for each. */
  REST
}
