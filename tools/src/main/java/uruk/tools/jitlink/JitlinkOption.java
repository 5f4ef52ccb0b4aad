package uruk.tools.jitlink;

import static uruk.tools.option.ArgumentStyle.EQUALS;
import static uruk.tools.option.ArgumentStyle.EQUALS_OR_NEXT;
import static uruk.tools.option.ArgumentStyle.JOINED_OR_NEXT;
import static uruk.tools.option.ArgumentStyle.NONE;
import static uruk.tools.option.ArgumentStyle.REST;
import static uruk.tools.option.LlvmCommandLine.OFF;

import uruk.tools.CommandException;
import uruk.tools.option.ArgumentStyle;
import uruk.tools.option.Option;

/** The options of {@code uruk jitlink}, which are those of {@code llvm-jitlink}. */
@SuppressWarnings("ImmutableEnumChecker") // a line is an immutable record
enum JitlinkOption implements Option {
  NOEXEC("-noexec", "link and check, do not run; any target's objects"),
  ENTRY("-entry", EQUALS_OR_NEXT, "NAME", "the function to run, main by default"),
  ARGS("-args", REST, "ARGUMENT", "the rest of the line is argv of the function, from argv[0] on"),
  TRIPLE("-triple", EQUALS_OR_NEXT, "TRIPLE", "the target, instead of the first input's"),

  JD("-jd", EQUALS_OR_NEXT, "NAME", "what follows belongs to the JITDylib NAME, made if need be"),
  LIBRARY("-l", JOINED_OR_NEXT, "NAME", "link against libNAME.so, libNAME.a or JITDylib NAME"),
  LIBRARY_PATH("-L", JOINED_OR_NEXT, "DIR", "where -l of this JITDylib looks"),
  SEARCH_SYSTEM("-search-sys-lib", "let -l look in the system's folders as well"),
  HIDDEN_LIBRARY("-hidden-l", JOINED_OR_NEXT, "NAME", "libNAME.a, with hidden definitions"),
  LOAD_HIDDEN("-load_hidden", EQUALS_OR_NEXT, "FILE", "an archive, with hidden definitions"),
  ALL_LOAD("-all_load", "load all members of archives"),
  OBJC("-ObjC", "load members with Objective-C or Swift content; ELF has none"),
  PRELOAD("-preload", EQUALS_OR_NEXT, "LIB", "load a shared library into the process first"),
  NO_PROCESS_SYMBOLS("-no-process-syms", "do not look symbols up in the process"),

  ABSOLUTE("-abs", EQUALS_OR_NEXT, "NAME=ADDR", "an absolute symbol"),
  ALIAS("-alias", EQUALS_OR_NEXT, "[JD:]NEW=[JD:]OLD", "another name of a symbol"),
  SECTION_CREATE("-sectcreate", EQUALS_OR_NEXT, "SEC,FILE[@SYM=OFF,...]", "a file as a section"),
  PHONY_EXTERNALS("-phony-externals", "what main's JITDylib does not find is null"),
  HARNESS("-harness", REST, "FILE", "the rest of the line: objects that test the others"),
  ADD_SELF_RELOCATIONS("-add-self-relocations", "code refers to its own function"),

  CHECK("-check", EQUALS_OR_NEXT, "FILE", "evaluate the checks in FILE after the link"),
  CHECK_NAME("-check-name", EQUALS_OR_NEXT, "NAME", "what checks are called, not jitlink-check"),

  SLAB_ALLOCATE("-slab-allocate", EQUALS_OR_NEXT, "SIZE", "memory in one slab; Kb, Mb, Gb"),
  SLAB_ADDRESS("-slab-address", EQUALS_OR_NEXT, "ADDR", "the slab's pretended address"),
  SLAB_PAGE_SIZE("-slab-page-size", EQUALS_OR_NEXT, "N", "bytes of a page of the slab"),
  NUM_THREADS("-num-threads", EQUALS_OR_NEXT, "N", "link with N threads; 0, the default: none"),

  SHOW_INIT_ES("-show-init-es", "print the session before the entry is looked up"),
  SHOW_ENTRY_ES("-show-entry-es", "print the session after that"),
  SHOW_ADDRS("-show-addrs", "print addresses of symbols, sections, GOT and stubs"),
  SHOW_GRAPHS("-show-graphs", EQUALS_OR_NEXT, "REGEX", "print graphs of that name when fixed up"),
  SHOW_LINKED_FILES("-show-linked-files", "print what is linked, when it is"),
  SHOW_CONTENTS("-show-relocated-section-contents", "print what symbols hold when fixed up"),
  SHOW_TIMES("-show-times", "print how long the phases took"),
  SHOW_FAILED("-show-err-failed-to-materialize", "print also errors that only follow from others"),
  PRE_PRUNE_SIZE("-pre-prune-total-block-size", "print the size of what was read"),
  POST_FIXUP_SIZE("-post-fixup-total-block-size", "print the size of what was linked"),

  WRITE_SYMTAB("-write-symtab", EQUALS_OR_NEXT, "FILE", "write where symbols are"),
  SYMBOLICATE_WITH("-symbolicate-with", EQUALS_OR_NEXT, "FILE", "name addresses in the inputs"),

  DEBUGGER_SUPPORT("-debugger-support", "tell GDB of objects; on unless -noexec"),
  PERF_SUPPORT("-perf-support", "tell perf of the functions that are run"),

  VTUNE_SUPPORT("-vtune-support", NONE, later("VTune support"), OFF),
  LAZY("-lazy", EQUALS_OR_NEXT, later("lazy linking"), ""),
  SPECULATE("-speculate", EQUALS_OR_NEXT, later("speculative look-up"), "none"),
  SPECULATE_ORDER("-speculate-order", EQUALS_OR_NEXT, later("speculative look-up"), ""),
  RECORD_LAZY_EXECS("-record-lazy-execs", EQUALS_OR_NEXT, later("lazy linking"), ""),
  WEAK_LIBRARY_NAME("-weak-l", JOINED_OR_NEXT, later("Mach-O's text API"), ""),
  WEAK_LIBRARY("-weak_library", EQUALS_OR_NEXT, later("Mach-O's text API"), ""),
  ORC_RUNTIME("-orc-runtime", EQUALS_OR_NEXT, later("the ORC runtime archive"), ""),
  OOP_EXECUTOR("-oop-executor", EQUALS, later("execution in another process"), OFF),
  OOP_CONNECT("-oop-executor-connect", EQUALS_OR_NEXT, later("execution in another process"), ""),
  USE_MEMMGR("-use-memmgr", EQUALS_OR_NEXT, later("memory of another process"), "default"),

  VERSION("-version", "print the version"),
  HELP("-help", "print this text");

  private final Line line;
  private final String missingFeature;
  private final String harmlessValue;

  /** Something that this command cannot do yet. */
  private record Later(String feature) {}

  JitlinkOption(String spelling, ArgumentStyle style, String argument, String description) {
    this(new Line(spelling, style, argument, description), "", "");
  }

  JitlinkOption(String spelling, String description) {
    this(new Line(spelling, description), "", "");
  }

  /** An option that is known and refused, unless its value asks for nothing. */
  JitlinkOption(String spelling, ArgumentStyle style, Later later, String harmlessValue) {
    this(
        new Line(spelling, style, style == NONE ? "" : "VALUE", "later: " + later.feature),
        later.feature,
        harmlessValue);
  }

  JitlinkOption(Line line, String missingFeature, String harmlessValue) {
    this.line = line;
    this.missingFeature = missingFeature;
    this.harmlessValue = harmlessValue;
  }

  private static Later later(String feature) {
    return new Later(feature);
  }

  @Override
  public Line line() {
    return line;
  }

  /**
   * Refuses what belongs to later work.
   *
   * @param value what the option is set to
   * @throws CommandException if that asks for something that is not there yet
   */
  void checkSupported(String value) {
    if (!missingFeature.isEmpty() && (harmlessValue.isEmpty() || !value.equals(harmlessValue))) {
      throw new CommandException(
          "%s is not supported yet: %s is still to be built".formatted(spelling(), missingFeature));
    }
  }
}
