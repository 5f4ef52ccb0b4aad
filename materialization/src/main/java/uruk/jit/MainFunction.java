package uruk.jit;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.Libc;
import uruk.jitlink.host.NativeCall;

/** Calls a C program's {@code int main(int argc, char **argv, char **envp)}. */
final class MainFunction {
  private MainFunction() {}

  static int call(long function, List<String> argv, Arena arena) {
    MemorySegment pointers = arena.allocate(ADDRESS, argv.size() + 1L);
    for (int i = 0; i < argv.size(); i++) {
      pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(argv.get(i)));
    }
    System.out.flush();
    int status = (int) NativeCall.call(function, argv.size(), pointers.address(), environment());
    Libc.flushStreams();
    return status;
  }

  private static long environment() {
    long variable = DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "environ");
    return variable == 0
        ? 0
        : MemorySegment.ofAddress(variable).reinterpret(8).get(ADDRESS, 0).address();
  }
}
