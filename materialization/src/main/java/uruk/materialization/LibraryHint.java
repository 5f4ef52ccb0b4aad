package uruk.materialization;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which library people forget, told from the names that are missing. Earlier lines win. */
enum LibraryHint {
  NO_MAIN("main", "No object that was added defines main."),
  LIBC_STATIC(
      "_dl_.*|_rtld_global.*|__libc_(enable_secure|multiple_threads|initial|early_init)|__ehdr_start"
          + "|_start|__start___libc_.*|__stop___libc_.*",
      "Only a statically linked program has it: its user comes from an archive of glibc, of which a"
          + " process has one copy already. Give -lc, -lm and the like without the archive's name."),
  LIBC_NONSHARED(
      "atexit|at_quick_exit|pthread_atfork|[fl]?stat(64)?|fstatat(64)?|mknod(at)?|__stack_chk_fail_local",
      "It is in glibc's libc_nonshared.a, which a compiler driver adds by itself: add that"
          + " archive."),
  LIBGCC(
      "__(u?(div|mod|divmod)[dt]i[34]|mul[dt]i3|mul[sdxt]c3|div[sdxt]c3|(u?float|fix(uns)?)[a-z]*[dt]i[a-z]*"
          + "|(add|sub|mul|div|neg|extend|trunc|unord|eq|ne|lt|le|gt|ge)[a-z]*[xt]f[a-z]*[23]"
          + "|(popcount|clz|ctz|ffs|parity|bswap|clrsb)[sdt]i2|cpu_model|cpu_indicator_init"
          + "|emutls_get_address|powi[sdxt]f2)",
      "It is a helper of the compiler in libgcc.a (cc -print-libgcc-file-name): add that archive."),
  C_PLUS_PLUS(
      "_Zn[wa].*|_Zd[la].*|_ZT[VIS]N10__cxxabiv1.*|_ZN?K?S[tabsiod].*|__cxa_.*|__gxx_personality_v0"
          + "|_ZTI[a-z]|_ZTVSt.*|_ZTISt.*",
      "It is in the C++ run-time library: add -lstdc++."),
  MATHEMATICS(
      "a?(sin|cos|tan)h?[fl]?|atan2[fl]?|pow[fl]?|sqrt[fl]?|cbrt[fl]?|exp(2|m1)?[fl]?"
          + "|log(2|10|1p)?[fl]?|fmod[fl]?|floor[fl]?|ceil[fl]?|round[fl]?|hypot[fl]?|fma[fl]?",
      "It is in the mathematical library: add -lm."),
  THREADS("pthread_.*|sem_.*", "It is in the threads library: add -lpthread."),
  DYNAMIC_LINKER(
      "dl(open|sym|close|error|addr)", "It is in the dynamic linker's library: add -ldl."),
  ZLIB(
      "(in|de)flate[A-Z0-9_a-z]*|(un)?compress2?|crc32|adler32|gz[a-z]+",
      "It is in zlib: add -lz."),
  OPENMP("GOMP_.*|omp_.*", "It is in GCC's OpenMP library: add -lgomp."),
  LLVM_OPENMP("__kmpc_.*", "It is in LLVM's OpenMP library: add -lomp."),
  SANITIZER(
      "__(asan|ubsan|tsan|msan|hwasan|lsan)_.*",
      "It belongs to a sanitizer's run-time library: compile without -fsanitize."),
  COVERAGE(
      "__gcov_.*|__llvm_(profile|gcov)_.*",
      "It belongs to the coverage run-time library: compile without --coverage."),
  OCAML("caml_.*|caml[A-Z].*", "It is in OCaml's run-time library: add libasmrun.a and stdlib.a."),
  RUST(
      "rust_.*|__rust_.*|_ZN(3std|4core|5alloc)[0-9].*|_R[A-Za-z].*",
      "It is in Rust's libraries: let rustc make an archive with --crate-type=staticlib.");

  private final Pattern names;
  private final String remedy;

  LibraryHint(String names, String remedy) {
    this.names = Pattern.compile(names);
    this.remedy = remedy;
  }

  private static final ImmutableList<LibraryHint> ALL = ImmutableList.copyOf(values());

  /** {@return what to do about a missing name, as a sentence} */
  static Optional<String> remedy(String missing) {
    return ALL.stream()
        .filter(hint -> hint.names.matcher(missing).matches())
        .map(hint -> hint.remedy)
        .findFirst();
  }
}
