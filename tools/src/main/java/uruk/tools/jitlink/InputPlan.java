package uruk.tools.jitlink;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uruk.tools.option.Argument;

/**
 * What a command line says of inputs, each with the JITDylib that was current at its place.
 *
 * @param dylibs the JITDylibs to make, {@code main} first
 * @param aliases of {@code -alias}, in order
 * @param absolutes of {@code -abs}, in order
 * @param sections of {@code -sectcreate}, in order
 * @param files objects and archives, in order
 * @param libraries of {@code -l} and {@code -hidden-l}, in order
 * @param searchPaths the folders of {@code -L}, by JITDylib
 */
record InputPlan(
    Set<String> dylibs,
    List<Text> aliases,
    List<Text> absolutes,
    List<Text> sections,
    List<InputFile> files,
    List<Library> libraries,
    Map<String, List<String>> searchPaths) {

  /** The JITDylib of all that comes before the first {@code -jd}. */
  static final String MAIN = "main";

  /** An option's value. */
  record Text(String dylib, String value) {}

  /** An object or an archive; of an archive the definitions may be meant to be hidden. */
  record InputFile(String dylib, String path, boolean hidden) {}

  /** A library that is searched for. */
  record Library(String dylib, String name, boolean hidden) {}

  private InputPlan() {
    this(
        new LinkedHashSet<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new LinkedHashMap<>());
  }

  static InputPlan of(List<Argument<JitlinkOption>> arguments) {
    InputPlan plan = new InputPlan();
    String dylib = MAIN;
    plan.dylibs.add(MAIN);
    for (Argument<JitlinkOption> argument : arguments) {
      // A pattern switch is a class made at run time, which every start of the command would pay.
      if (argument instanceof Argument.Operand<JitlinkOption> file) {
        plan.files.add(new InputFile(dylib, file.word(), false));
      } else if (argument instanceof Argument.Setting<JitlinkOption> setting) {
        if (setting.option() == JitlinkOption.JD) {
          dylib = setting.value();
          plan.dylibs.add(dylib);
        } else {
          plan.add(dylib, setting.option(), setting.value());
        }
      }
    }
    return plan;
  }

  private void add(String dylib, JitlinkOption option, String value) {
    if (option == JitlinkOption.ALIAS) {
      aliases.add(new Text(dylib, value));
    } else if (option == JitlinkOption.ABSOLUTE) {
      absolutes.add(new Text(dylib, value));
    } else if (option == JitlinkOption.SECTION_CREATE) {
      sections.add(new Text(dylib, value));
    } else if (option == JitlinkOption.LOAD_HIDDEN) {
      files.add(new InputFile(dylib, value, true));
    } else if (option == JitlinkOption.LIBRARY) {
      libraries.add(new Library(dylib, value, false));
    } else if (option == JitlinkOption.HIDDEN_LIBRARY) {
      libraries.add(new Library(dylib, value, true));
    } else if (option == JitlinkOption.LIBRARY_PATH) {
      searchPaths.computeIfAbsent(dylib, _ -> new ArrayList<>()).add(value);
    }
  }
}
