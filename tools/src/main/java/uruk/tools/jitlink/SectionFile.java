package uruk.tools.jitlink;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Linkage;
import uruk.jitlink.graph.MemProt;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.Target;
import uruk.tools.CommandException;

/** A section from a file's bytes: {@code -sectcreate SECTION,FILE[@SYMBOL=OFFSET,...]}. */
final class SectionFile {
  private static final long ALIGNMENT = 16;

  private final String text;

  private SectionFile(String text) {
    this.text = text;
  }

  /**
   * {@return a graph of the one section}
   *
   * @param text the option's value
   * @param target the machine of the session
   */
  static LinkGraph graph(String text, Target target) {
    return new SectionFile(text).graph(target);
  }

  private LinkGraph graph(Target target) {
    int comma = text.indexOf(',');
    String section = comma < 0 ? text : text.substring(0, comma);
    String rest = comma < 0 ? "" : text.substring(comma + 1);
    int at = rest.indexOf('@');
    String file = at < 0 ? rest : rest.substring(0, at);
    if (section.isEmpty()) {
      throw wrong("section name component cannot be empty");
    }
    if (file.isEmpty()) {
      throw wrong("filename component cannot be empty");
    }
    LinkGraph graph = new LinkGraph("orc_sectcreate_" + section, target);
    byte[] content = read(file);
    Block block =
        graph.createContentBlock(
            graph.createSection(section, MemProt.READ), content, 0, ALIGNMENT, 0);
    if (at >= 0) {
      addSymbols(graph, block, Splitter.on(',').splitToList(rest.substring(at + 1)));
    }
    return graph;
  }

  private byte[] read(String file) {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new CommandException("'%s': No such file or directory".formatted(file), e);
    }
  }

  private void addSymbols(LinkGraph graph, Block block, List<String> definitions) {
    for (String definition : definitions) {
      int equals = definition.indexOf('=');
      String name = equals < 0 ? definition : definition.substring(0, equals);
      String number = equals < 0 ? "" : definition.substring(equals + 1);
      OptionalLong offset = Numbers.parse(number);
      if (offset.isEmpty()) {
        throw wrong(number + " is not a valid integer");
      }
      if (name.isEmpty()) {
        throw wrong("symbol name component cannot be empty");
      }
      if (Long.compareUnsigned(offset.getAsLong(), block.size()) > 0) {
        throw wrong(
            "offset %s of %s is behind the end of the file, which has %d bytes"
                .formatted(number, name, block.size()));
      }
      graph.addDefinedSymbol(
          block, offset.getAsLong(), name, 0, Linkage.STRONG, Scope.DEFAULT, false, true);
    }
  }

  private CommandException wrong(String what) {
    return new CommandException("In -sectcreate=%s, %s".formatted(text, what));
  }
}
