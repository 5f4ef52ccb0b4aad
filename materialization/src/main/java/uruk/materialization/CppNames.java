package uruk.materialization;

import java.util.List;

/** What mangled names tell (Itanium C++ ABI, section 5.1.4). */
final class CppNames {
  /** Virtual tables, tables of them, type information and its names. */
  private static final List<String> CONSTANTS = List.of("_ZTV", "_ZTT", "_ZTI", "_ZTS");

  private CppNames() {}

  /** {@return whether a name is that of a table which the compiler makes and no program changes} */
  static boolean isConstant(String name) {
    return CONSTANTS.stream().anyMatch(name::startsWith);
  }
}
