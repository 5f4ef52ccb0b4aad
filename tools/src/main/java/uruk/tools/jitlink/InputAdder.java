package uruk.tools.jitlink;

import static uruk.orc.JITDylibLookupFlags.MATCH_ALL_SYMBOLS;
import static uruk.tools.jitlink.JitlinkOption.ALL_LOAD;
import static uruk.tools.jitlink.JitlinkOption.HARNESS;
import static uruk.tools.jitlink.JitlinkOption.PRELOAD;
import static uruk.tools.jitlink.JitlinkOption.SEARCH_SYSTEM;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import uruk.jitlink.ObjectFile;
import uruk.jitlink.archive.ArchiveMember;
import uruk.jitlink.archive.FileKind;
import uruk.jitlink.archive.LibraryInput;
import uruk.jitlink.archive.LibrarySearch;
import uruk.jitlink.archive.LibrarySearch.Preference;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.LibrarySymbols;
import uruk.materialization.StaticLibrary;
import uruk.orc.AbsoluteSymbols;
import uruk.orc.Alias;
import uruk.orc.JITDylib;
import uruk.orc.ReExports;
import uruk.orc.SymbolFlags;
import uruk.orc.SymbolMap;
import uruk.tools.CommandException;

/** Puts the inputs of a command line into a session, in llvm-jitlink's order. */
final class InputAdder {
  private static final List<Path> SYSTEM_FOLDERS =
      List.of(
          Path.of("/lib"),
          Path.of("/usr/lib"),
          Path.of("/usr/local/lib"),
          Path.of(
              "/lib/" + System.getProperty("os.arch").replace("amd64", "x86_64") + "-linux-gnu"));

  private final JitlinkRequest request;
  private final InputPlan plan;
  private final LinkSession session;
  private final LinkReports reports;
  private final Harness harness = new Harness();

  InputAdder(JitlinkRequest request, InputPlan plan, LinkSession session, LinkReports reports) {
    this.request = request;
    this.plan = plan;
    this.session = session;
    this.reports = reports;
  }

  void addAll() {
    request.values(PRELOAD).forEach(InputAdder::preload);
    plan.aliases().forEach(this::addAlias);
    plan.absolutes().forEach(this::addAbsolute);
    plan.sections().forEach(this::addSection);
    request.values(HARNESS).forEach(this::addHarness);
    plan.files().forEach(this::addFile);
    plan.libraries().forEach(this::addLibrary);
    session.completeLinkOrders(request);
  }

  private static void preload(String library) {
    DynamicLinker.open(library, DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
  }

  // -alias [JD:]NEW=[JD:]OLD ----------------------------------------------------------------------

  private record QualifiedName(JITDylib dylib, String name) {}

  private void addAlias(InputPlan.Text alias) {
    int equals = alias.value().indexOf('=');
    if (equals < 0) {
      throw new CommandException(
          "Invalid alias definition \"%s\". Syntax: [<dst-jd>:]<alias>=[<src-jd>:]<aliasee>"
              .formatted(alias.value()));
    }
    QualifiedName made = qualified(alias, alias.value().substring(0, equals));
    QualifiedName old = qualified(alias, alias.value().substring(equals + 1));
    Map<String, Alias> names = Map.of(made.name, new Alias(old.name, SymbolFlags.EXPORTED));
    made.dylib.define(
        made.dylib == old.dylib
            ? ReExports.aliases(names)
            : ReExports.of(old.dylib, MATCH_ALL_SYMBOLS, names));
  }

  private QualifiedName qualified(InputPlan.Text alias, String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new QualifiedName(session.dylib(alias.dylib()), text);
    }
    String dylib = text.substring(0, colon);
    JITDylib found = session.findDylib(dylib);
    if (found == null) {
      throw new CommandException(
          "In alias definition \"%s\" no dylib named %s".formatted(alias.value(), dylib));
    }
    return new QualifiedName(found, text.substring(colon + 1));
  }

  // -abs NAME=ADDRESS, -sectcreate ---------------------------------------------------------------

  private void addAbsolute(InputPlan.Text definition) {
    int equals = definition.value().indexOf('=');
    if (equals < 0) {
      throw new CommandException(
          "Invalid absolute define \"%s\". Syntax: <name>=<addr>".formatted(definition.value()));
    }
    String name = definition.value().substring(0, equals);
    String number = definition.value().substring(equals + 1);
    OptionalLong address = Numbers.parse(number);
    if (address.isEmpty()) {
      throw new CommandException(
          "Invalid address expression \"%s\" in absolute symbol definition \"%s\""
              .formatted(number, definition.value()));
    }
    SymbolMap.Builder symbols = SymbolMap.builder();
    symbols.put(name, address.getAsLong(), SymbolFlags.EXPORTED);
    session.dylib(definition.dylib()).define(AbsoluteSymbols.of(symbols.build()));
    reports.linked().defineAbsolute(name, address.getAsLong());
  }

  private void addSection(InputPlan.Text section) {
    JITDylib dylib = session.dylib(section.dylib());
    session
        .layer()
        .add(dylib.defaultResourceTracker(), SectionFile.graph(section.value(), session.target()));
  }

  // Objects and archives -------------------------------------------------------------------------

  private void addHarness(String path) {
    ObjectFile file = compatible(Path.of(path));
    harness.add(file);
    session.layer().add(session.main(), file);
  }

  private void addFile(InputPlan.InputFile input) {
    Path path = Path.of(input.path());
    JITDylib dylib = session.dylib(input.dylib());
    switch (InputTarget.kind(path)) {
      case ARCHIVE, THIN_ARCHIVE -> addArchive(dylib, path, input.hidden());
      case ELF_RELOCATABLE,
          ELF_SHARED,
          ELF_EXECUTABLE,
          ELF_OTHER,
          BITCODE,
          TEXT,
          EMPTY,
          UNKNOWN -> {
        if (input.hidden()) {
          throw new CommandException(
              "%s is not an archive, which -load_hidden needs".formatted(path));
        }
        session.layer().add(dylib, tested(compatible(path)));
      }
    }
  }

  private ObjectFile compatible(Path path) {
    String with = session.target().name() + "--";
    if (InputTarget.kind(path) != FileKind.ELF_RELOCATABLE) {
      throw InputTarget.incompatible(path, with);
    }
    ObjectFile file = ObjectFile.read(path);
    if (!file.target().equals(session.target())) {
      throw InputTarget.incompatible(path, with);
    }
    return file;
  }

  private ObjectFile tested(ObjectFile file) {
    return harness.isPresent() ? harness.tested(file) : file;
  }

  private void addArchive(JITDylib dylib, Path path, boolean hidden) {
    StaticLibrary archive =
        StaticLibrary.open(session.layer(), path, member -> member(member, hidden));
    session.adopt(archive);
    if (request.has(ALL_LOAD)) {
      archive.addAll(dylib);
    } else {
      dylib.addGenerator(archive);
    }
  }

  private ObjectFile member(ArchiveMember member, boolean hidden) {
    ObjectFile file = tested(ObjectFile.of(member.indexedName(), member.bytes()));
    return hidden ? new HiddenObject(file) : file;
  }

  // -l NAME ---------------------------------------------------------------------------------------

  private void addLibrary(InputPlan.Library library) {
    JITDylib dylib = session.dylib(library.dylib());
    JITDylib named = library.hidden() ? null : session.findDylib(library.name());
    if (named != null) {
      dylib.addToLinkOrder(named);
      return;
    }
    for (LibraryInput input : search(library)) {
      switch (input.kind()) {
        case ARCHIVE, THIN_ARCHIVE -> addArchive(dylib, input.path(), library.hidden());
        case ELF_SHARED -> dylib.addGenerator(LibrarySymbols.open(input.path().toString()));
        case ELF_RELOCATABLE, ELF_EXECUTABLE, ELF_OTHER, BITCODE, TEXT, EMPTY, UNKNOWN ->
            session.layer().add(dylib, compatible(input.path()));
      }
    }
  }

  private List<LibraryInput> search(InputPlan.Library library) {
    List<Path> folders = folders(library.dylib());
    List<String> names = new ArrayList<>();
    if (!library.hidden()) {
      names.add("lib%s.so".formatted(library.name()));
    }
    names.add("lib%s.a".formatted(library.name()));
    for (Path folder : folders) {
      for (String name : names) {
        Path file = folder.resolve(name);
        if (Files.isRegularFile(file)) {
          return new LibrarySearch(folders, Preference.DYNAMIC_FIRST).file(file);
        }
      }
    }
    throw new CommandException(
        "While linking %s, could not find library for -l%s%s"
            .formatted(
                library.dylib(),
                library.name(),
                folders.isEmpty() ? ": there is no -L for this JITDylib" : " in " + folders));
  }

  private List<Path> folders(String dylib) {
    List<Path> folders = new ArrayList<>();
    for (String text : plan.searchPaths().getOrDefault(dylib, List.of())) {
      Path folder = Path.of(text);
      if (!Files.isDirectory(folder)) {
        throw new CommandException(
            "While linking %s, -L%s does not point to a directory".formatted(dylib, text));
      }
      folders.add(folder);
    }
    if (request.has(SEARCH_SYSTEM)) {
      SYSTEM_FOLDERS.stream().filter(Files::isDirectory).forEach(folders::add);
    }
    return folders;
  }
}
