package uruk.jitlink.check;

/**
 * One rule, with its continuation lines joined.
 *
 * @param text two expressions and an equals sign
 * @param line where it starts in its file, from 1
 */
public record CheckRule(String text, int line) {}
