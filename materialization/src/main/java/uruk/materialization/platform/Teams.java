package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import uruk.jitlink.host.DynamicLinker;
import uruk.jitlink.host.MachineCode;

/**
 * Functions in the place of libgomp's that begin teams of threads for code compiled with {@code
 * -fopenmp} (GCC's libgomp ABI, "Implementing PARALLEL construct"): the threads, which libgomp
 * creates, become known to the guard. Made when they are asked for; they stay for the process's
 * life. Thread-safe.
 */
final class Teams {
  private static final String FORK = "GOMP_parallel";

  private final GuardRuntime runtime;
  private final Map<String, Long> made = new ConcurrentHashMap<>();

  /** Read when a program with teams is linked, as few are. */
  private static final class Code {
    static final MachineCode TABLE = TeamCode.create();
  }

  Teams(GuardRuntime runtime) {
    this.runtime = runtime;
  }

  /** {@return whether a function is GOMP_parallel, GOMP_parallel_sections or the like} */
  static boolean begins(String name) {
    return name.startsWith(FORK) && !name.endsWith("_start") && !name.endsWith("_end");
  }

  /** {@return the address of the function in a function's place; 0 if it begins no team} */
  long replacement(String name) {
    if (!begins(name)) {
      return 0;
    }
    long real = symbol(name);
    return real == 0 || symbol(FORK) == 0 ? 0 : made.computeIfAbsent(name, _ -> create(real));
  }

  private long create(long real) {
    MachineCode code = Code.TABLE;
    MemorySegment table = Arena.global().allocate(code.number("TABLE_SIZE"), Long.BYTES);
    table.set(JAVA_LONG, code.number("REAL"), real);
    table.set(JAVA_LONG, code.number("FORK"), symbol(FORK));
    table.set(JAVA_LONG, code.number("MAXIMUM"), symbol("omp_get_max_threads"));
    table.set(JAVA_LONG, code.number("AREA"), runtime.word("TPOFF").get(JAVA_LONG, 0));
    table.set(JAVA_LONG, code.number("MAKE_AREA"), runtime.address("makeArea"));
    long parallel = CodeThunks.shared().create(code.code());
    return GuardThunks.create(table.address(), parallel);
  }

  private static long symbol(String name) {
    return DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, name);
  }
}
