package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.NativeCall;

/** Asks the process's C++ library, if it has one, for the names that people write. */
final class Demangler {
  private Demangler() {}

  /** {@return the C++ name of a mangled type or function; the name itself if it is none} */
  static String demangle(String mangled) {
    long function = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "__cxa_demangle");
    if (function == 0) {
      return mangled;
    }
    try (Arena arena = Arena.ofConfined()) {
      long status = arena.allocate(JAVA_INT).address();
      long text =
          NativeCall.call(function, arena.allocateFrom(mangled).address(), 0, 0, status, 0, 0);
      if (text == 0) {
        return mangled;
      }
      String name = NativeCall.string(text);
      NativeCall.call(DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "free"), text);
      return name;
    }
  }
}
