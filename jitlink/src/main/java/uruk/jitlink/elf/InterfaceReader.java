package uruk.jitlink.elf;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import uruk.jitlink.DuplicateDefinitionException;
import uruk.jitlink.ObjectInterface;
import uruk.jitlink.ObjectInterface.Definition;
import uruk.jitlink.ObjectInterface.Kind;
import uruk.jitlink.graph.Scope;

/** Reads what an object defines and needs, without looking at its content. */
final class InterfaceReader {
  private final SectionTable sections;
  private final SymbolTable symbols;
  private final GroupTable groups;
  private final SymbolFacts facts;
  private final List<String> externals = new ArrayList<>();
  private final List<List<String>> members = new ArrayList<>();
  private NameSet defined = new NameSet(0);
  private List<Definition> definitions = List.of();

  InterfaceReader(SectionTable sections, SymbolTable symbols, GroupTable groups) {
    this.sections = sections;
    this.symbols = symbols;
    this.groups = groups;
    this.facts = new SymbolFacts(sections, symbols);
  }

  /**
   * Tells the names that other objects share with one, which is all that is read.
   *
   * @param defined gets those that the object defines
   * @param needed gets those that it needs
   * @param wanted gets those that it refers to weakly
   */
  static void readNames(
      SectionTable sections,
      SymbolTable symbols,
      Consumer<String> defined,
      Consumer<String> needed,
      Consumer<String> wanted) {
    SymbolFacts facts = new SymbolFacts(sections, symbols);
    for (int i = Math.max(1, symbols.firstGlobal()); i < symbols.count(); i++) {
      if (facts.global(i)) {
        if (symbols.sectionField(i) != Elf.SHN_UNDEF) {
          defined.accept(facts.definedName(i));
        } else {
          (facts.weak(i) ? wanted : needed).accept(symbols.name(i));
        }
      }
    }
  }

  ObjectInterface read() {
    int globals = symbols.count() - symbols.firstGlobal();
    defined = new NameSet(globals);
    definitions = new ArrayList<>(globals);
    groups.groups().forEach(group -> members.add(new ArrayList<>()));
    for (int i = Math.max(1, symbols.firstGlobal()); i < symbols.count(); i++) {
      if (facts.global(i)) {
        readSymbol(i);
      }
    }
    return new ObjectInterface(definitions, externals, readGroups(), hasInitializers());
  }

  private void readSymbol(int symbol) {
    int field = symbols.sectionField(symbol);
    if (symbols.inSection(symbol)) {
      int section = symbols.section(symbol);
      if (sections.inProgram(section)) {
        define(symbol, Kind.DEFINED, 1);
        if (groups.groupOf(section) >= 0) {
          members.get(groups.groupOf(section)).add(facts.definedName(symbol));
        }
      }
    } else if (field == Elf.SHN_UNDEF) {
      externals.add(symbols.name(symbol));
    } else if (field == Elf.SHN_ABS) {
      define(symbol, Kind.ABSOLUTE, 1);
    } else if (facts.common(symbol)) {
      facts.checkMachineCode(symbols.name(symbol));
      define(symbol, Kind.COMMON, facts.commonAlignment(symbol));
    } else {
      throw facts.malformed(symbol, "section index 0x%x is unknown".formatted(field));
    }
  }

  private void define(int symbol, Kind kind, long alignment) {
    String name = facts.definedName(symbol);
    if (name.isEmpty()) {
      throw facts.malformed(symbol, "is global and has no name");
    }
    if (!defined.add(name)) {
      throw new DuplicateDefinitionException(sections.file().name(), name);
    }
    definitions.add(
        new Definition(
            name,
            kind,
            facts.weak(symbol) || kind == Kind.COMMON,
            facts.scope(symbol) == Scope.DEFAULT,
            facts.callable(symbol),
            facts.size(symbol),
            alignment,
            facts.targetFlags(symbol)));
  }

  private List<ObjectInterface.Group> readGroups() {
    List<ObjectInterface.Group> read = new ArrayList<>(members.size());
    for (int i = 0; i < members.size(); i++) {
      read.add(new ObjectInterface.Group(groups.groups().get(i).signature(), members.get(i)));
    }
    return read;
  }

  private boolean hasInitializers() {
    for (int i = 1; i < sections.count(); i++) {
      if (InitializerSections.contains(sections, i)) {
        return true;
      }
    }
    return false;
  }
}
