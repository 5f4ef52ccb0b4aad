package uruk.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A fenced block of a page.
 *
 * @param page the page's file
 * @param line the number of the opening fence's line, from 1
 * @param language the first word after the fence; empty when there is none
 * @param fileName the second word; empty when there is none
 * @param text the lines between the fences, each ending in a newline
 */
record FencedBlock(Path page, int line, String language, String fileName, String text) {

  private static final String FENCE = "```";

  /** {@return the blocks of a page, in order} */
  static List<FencedBlock> of(Path page, List<String> lines) {
    List<FencedBlock> blocks = new ArrayList<>();
    int i = 0;
    while (i < lines.size()) {
      int opening = i++;
      if (!lines.get(opening).startsWith(FENCE)) {
        continue;
      }
      StringBuilder text = new StringBuilder();
      while (!lines.get(i).equals(FENCE)) {
        text.append(lines.get(i++)).append('\n');
      }
      i++;
      String[] words = lines.get(opening).substring(FENCE.length()).trim().split(" ", 2);
      String fileName = words.length > 1 ? words[1] : "";
      blocks.add(new FencedBlock(page, opening + 1, words[0], fileName, text.toString()));
    }
    return blocks;
  }

  /** {@return how a failed block is called: {@code README.md:12 console}} */
  String title() {
    return page.getFileName() + ":" + line + " " + (language + " " + fileName).strip();
  }
}
