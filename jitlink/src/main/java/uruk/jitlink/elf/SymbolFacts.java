package uruk.jitlink.elf;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uruk.jitlink.UnsupportedObjectException;
import uruk.jitlink.graph.Scope;
import uruk.jitlink.graph.TargetFlags;

/** What the fields of an ELF symbol mean in the linker's terms. */
final class SymbolFacts {
  private static final String SLIM_LTO_MARK = "__gnu_lto_slim";

  /** GCC and LLVM name the words so by which frame descriptions refer to what is elsewhere. */
  static final String INDIRECT_REFERENCE = "DW.ref.";

  private final SectionTable sections;
  private final SymbolTable symbols;
  private @Nullable Set<String> plainNames; // of definitions, once a versioned one is met

  SymbolFacts(SectionTable sections, SymbolTable symbols) {
    this.sections = sections;
    this.symbols = symbols;
  }

  /** {@return whether the symbol is visible outside of its object} */
  boolean global(int symbol) {
    int binding = symbols.binding(symbol);
    boolean global =
        switch (binding) {
          case Elf.STB_LOCAL -> false;
          case Elf.STB_GLOBAL, Elf.STB_WEAK, Elf.STB_GNU_UNIQUE -> true;
          default -> throw malformed(symbol, "binding " + binding + " is unknown");
        };
    if (global && symbol < symbols.firstGlobal()) {
      throw malformed(
          symbol, "is global, and stands before the first global symbol " + symbols.firstGlobal());
    }
    return global && !indirectReference(symbol);
  }

  /**
   * A word that holds the address of a personality routine or of a type, such as {@code
   * DW.ref.__gxx_personality_v0}. Static linkers keep one for all objects, but each object defines
   * it, and must have its own where the first one may be removed: exceptions would not find the
   * routine any more.
   */
  private boolean indirectReference(int symbol) {
    return symbols.visibility(symbol) == Elf.STV_HIDDEN
        && symbols.binding(symbol) == Elf.STB_WEAK
        && symbols.inSection(symbol)
        && symbols.name(symbol).startsWith(INDIRECT_REFERENCE);
  }

  /**
   * A unique symbol gives way like a weak one: the first definition serves all (STB_GNU_UNIQUE).
   */
  boolean weak(int symbol) {
    int binding = symbols.binding(symbol);
    return binding == Elf.STB_WEAK || binding == Elf.STB_GNU_UNIQUE;
  }

  Scope scope(int symbol) {
    int visibility = symbols.visibility(symbol);
    return visibility == Elf.STV_HIDDEN || visibility == Elf.STV_INTERNAL
        ? Scope.HIDDEN
        : Scope.DEFAULT;
  }

  boolean callable(int symbol) {
    int type = symbols.type(symbol);
    return type == Elf.STT_FUNC || type == Elf.STT_GNU_IFUNC;
  }

  boolean common(int symbol) {
    int field = symbols.sectionField(symbol);
    return field == Elf.SHN_COMMON || field == Elf.SHN_X86_64_LCOMMON;
  }

  /** {@return the alignment of a common symbol, which is in its value field} */
  long commonAlignment(int symbol) {
    long alignment = Math.max(1, symbols.value(symbol));
    if (Long.bitCount(alignment) != 1 || alignment > SectionTable.MAXIMUM_ALIGNMENT) {
      throw malformed(
          symbol, "alignment 0x%x of a common symbol is not a power of two".formatted(alignment));
    }
    return alignment;
  }

  /** {@return the size of a symbol, which is checked not to be absurd} */
  long size(int symbol) {
    long size = symbols.size(symbol);
    if (size < 0) {
      throw malformed(symbol, "size 0x%x".formatted(size));
    }
    return size;
  }

  int targetFlags(int symbol) {
    return switch (symbols.type(symbol)) {
      case Elf.STT_TLS -> TargetFlags.THREAD_LOCAL;
      case Elf.STT_GNU_IFUNC -> TargetFlags.INDIRECT_FUNCTION;
      default -> 0;
    };
  }

  /**
   * {@return the name under which a global symbol is defined} The default version of a symbol,
   * which assemblers name {@code foo@@VERSION}, is what references without a version mean (GNU as,
   * {@code .symver}); an object may define the plain name as well, which then stays for them.
   */
  String definedName(int symbol) {
    String name = symbols.name(symbol);
    int version = name.indexOf("@@");
    if (version <= 0) {
      return name;
    }
    String plain = name.substring(0, version);
    return definesPlain(plain) ? name : plain;
  }

  private boolean definesPlain(String name) {
    Set<String> names = plainNames;
    if (names == null) {
      names = new HashSet<>();
      for (int i = symbols.firstGlobal(); i < symbols.count(); i++) {
        if (symbols.sectionField(i) != Elf.SHN_UNDEF) {
          names.add(symbols.name(i));
        }
      }
      plainNames = names;
    }
    return names.contains(name);
  }

  RuntimeException malformed(int symbol, String what) {
    return sections.file().malformed(symbols.describe(symbol), what);
  }

  /**
   * Refuses an object that holds a compiler's intermediate code instead of machine code.
   *
   * @param common the name of a common symbol: GCC marks such objects with one
   */
  void checkMachineCode(String common) {
    if (common.equals(SLIM_LTO_MARK)) {
      throw new UnsupportedObjectException(
          sections.file().name(),
          "GCC's intermediate code",
          "Compile without -flto, or with -ffat-lto-objects, to get machine code.");
    }
  }
}
