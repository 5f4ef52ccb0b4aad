package uruk.tools.inspect;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.Targets;
import uruk.jitlink.archive.Archive;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.archive.FileFailure;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.elf.ElfListing;
import uruk.jitlink.elf.ElfListing.SymbolEntry;
import uruk.jitlink.elf.ElfObject;
import uruk.jitlink.graph.LinkGraph;
import uruk.tools.Command;
import uruk.tools.CommandException;
import uruk.tools.Console;
import uruk.tools.ExitStatus;
import uruk.tools.option.Option;
import uruk.tools.option.OptionHelp;

/**
 * {@code uruk inspect}: shows what is in object files and archives, and what a link makes of them.
 */
public final class InspectCommand implements Command {
  /** The version of the JSON documents; it changes when a member's meaning does. */
  static final int SCHEMA = 1;

  /** Creates the command. */
  public InspectCommand() {}

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "show what is in objects and archives, and the graph a link makes of them";
  }

  @Override
  public List<Option> options() {
    return List.of(InspectOption.values());
  }

  @Override
  public String help() {
    return """
    Usage: uruk inspect [OPTIONS] FILES...

    Shows the header, sections, symbols, groups and relocations of objects, each relocation with
    the edge kind and formula it becomes, and the members and symbol index of archives. With
    --graph shows the link graph, linked without running at a pretended address, all external
    symbols at 0.

    Options:
    """
        + OptionHelp.of(options())
        + """

        Phases: %s.

        Examples:
          uruk inspect hello.o
          uruk inspect hello.o --symbol main --disassemble
          uruk inspect hello.o --graph dot --after fixup -o hello.dot
          uruk inspect libz.a --symbol inflate
          uruk inspect --json hello.o | jq '.files[0].symbols[].name'

        NO_COLOR=1 switches colours off. Exit status: 0 all went well, 2 wrong usage, 3 a file
        cannot be read.
        """
            .formatted(Phase.words());
  }

  @Override
  public int run(List<String> arguments, Console console) {
    InspectRequest request = InspectRequest.of(arguments);
    if (request.help()) {
      console.out().print(help());
      return ExitStatus.SUCCESS;
    }
    write(request, text(request, console), console);
    return ExitStatus.SUCCESS;
  }

  private static String text(InspectRequest request, Console console) {
    if (request.json()) {
      return json(request);
    }
    Page page = new Page(request.output().isEmpty() && showsColours(console));
    for (Path file : request.files()) {
      if (!page.toString().isEmpty()) {
        page.line("");
      }
      print(file, request, page);
    }
    return page.toString();
  }

  @SuppressWarnings("SystemConsoleNull") // may be null, says its declaration
  private static boolean showsColours(Console console) {
    return console.out().equals(System.out)
        && System.getenv("NO_COLOR") == null
        && System.console() != null
        && System.console().isTerminal();
  }

  private static void print(Path file, InspectRequest request, Page page) {
    if (!isArchive(file)) {
      byte[] bytes = bytes(file);
      print(object(file.toString(), bytes), bytes, request, page);
      return;
    }
    try (Archive archive = open(file)) {
      if (request.member().isEmpty() && request.symbol().isEmpty()) {
        if (request.graph().isPresent() || request.disassemble()) {
          throw new CommandException(
              "%s: is an archive, whose members are shown one by one. Name one with --member, or a symbol with --symbol."
                  .formatted(file));
        }
        ArchiveText.print(archive, page);
        return;
      }
      ArchiveMember member = member(archive, request);
      byte[] bytes = member.bytes();
      print(object(member.displayName(), bytes), bytes, request, page);
    }
  }

  private static void print(ElfObject object, byte[] bytes, InspectRequest request, Page page) {
    if (request.graph().isPresent()) {
      page.line(graph(object, request.graph().get(), request).stripTrailing());
      return;
    }
    ElfListing listing = object.listing();
    ObjectText text = new ObjectText(listing, page);
    if (request.symbol().isPresent()) {
      text.print(symbol(listing, request.symbol().get()));
    } else {
      text.print();
      printWarnings(object.linkGraph().warnings(), page);
    }
    if (request.disassemble()) {
      page.line("");
      Disassembly.of(bytes, request.symbol()).forEach(page::line);
    }
  }

  private static void printWarnings(Map<String, String> warnings, Page page) {
    TextTable table = new TextTable("ll", "symbol", "warning");
    warnings.forEach(table::row);
    page.part("Warnings on use", table);
  }

  private static String graph(ElfObject object, GraphFormat format, InspectRequest request) {
    return GraphLink.observe(
        object.linkGraph(),
        request.address(),
        request.after(),
        graph -> text(graph, format, request));
  }

  private static String text(LinkGraph graph, GraphFormat format, InspectRequest request) {
    return switch (format) {
      case TEXT -> GraphText.of(graph, request.symbol());
      case DOT -> GraphDot.of(GraphPart.of(graph, request.symbol()));
      case JSON -> pretty(GraphJson.of(GraphPart.of(graph, request.symbol()), request.after()));
    };
  }

  private static String json(InspectRequest request) {
    JsonObject document = new JsonObject();
    document.addProperty("schema", SCHEMA);
    JsonArray files = new JsonArray();
    for (Path file : request.files()) {
      files.add(json(file, request));
    }
    document.add("files", files);
    return pretty(document);
  }

  private static JsonObject json(Path file, InspectRequest request) {
    if (!isArchive(file)) {
      return json(object(file.toString(), bytes(file)), request);
    }
    try (Archive archive = open(file)) {
      return request.member().isEmpty() && request.symbol().isEmpty()
          ? ArchiveText.json(archive)
          : json(object(member(archive, request)), request);
    }
  }

  private static JsonObject json(ElfObject object, InspectRequest request) {
    ElfListing listing = object.listing();
    return request.symbol().isEmpty()
        ? ObjectJson.of(listing)
        : ObjectJson.of(listing, symbol(listing, request.symbol().get()));
  }

  private static String pretty(JsonObject document) {
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(document)
        + "\n";
  }

  private static boolean isArchive(Path file) {
    return switch (FileKind.of(file)) {
      case ARCHIVE, THIN_ARCHIVE -> true;
      case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_SHARED, ELF_OTHER, BITCODE, TEXT, EMPTY, UNKNOWN ->
          false;
    };
  }

  private static Archive open(Path file) {
    return Archive.open(
        file,
        member ->
            object(member).symbols().definitions().stream()
                .map(ObjectInterface.Definition::name)
                .toList());
  }

  private static ElfObject object(ArchiveMember member) {
    return object(member.displayName(), member.bytes());
  }

  private static ElfObject object(String name, byte[] bytes) {
    return ElfObject.of(name, ByteBuffer.wrap(bytes), Targets.standard());
  }

  private static ArchiveMember member(Archive archive, InspectRequest request) {
    if (request.member().isEmpty()) {
      String symbol = request.symbol().orElseThrow();
      return archive
          .memberDefining(symbol)
          .orElseThrow(() ->
              new CommandException(
                  "%s: no member defines %s. Name a member with --member."
                      .formatted(archive, symbol)));
    }
    String name = request.member().get();
    return archive.members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new CommandException(
                "%s: has no member %s. Leave --member to see all of them."
                    .formatted(archive, name)));
  }

  private static SymbolEntry symbol(ElfListing listing, String name) {
    return listing.symbols().stream()
        .filter(symbol -> symbol.index() > 0 && symbol.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new CommandException(
                "%s: has no symbol %s. Leave --symbol to see all of them."
                    .formatted(listing.header().file(), name)));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failure) {
      throw new CommandException(
          "%s: cannot be read: %s".formatted(file, FileFailure.reason(failure)), failure);
    }
  }

  private static void write(InspectRequest request, String text, Console console) {
    if (request.output().isEmpty()) {
      console.out().print(text);
      return;
    }
    Path output = request.output().get();
    try {
      Files.writeString(output, text);
    } catch (IOException failure) {
      throw new CommandException(
          "%s: cannot be written: %s".formatted(output, FileFailure.reason(failure)), failure);
    }
  }
}
