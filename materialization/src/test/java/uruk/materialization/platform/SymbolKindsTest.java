package uruk.materialization.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uruk.jit.Jit;
import uruk.jitlink.UnresolvedExternalException;
import uruk.jitlink.host.DynamicLinker;
import uruk.materialization.Compiler;

/** Symbols that are more than a place: indirect, versioned, weak, unique. */
final class SymbolKindsTest {
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);
  private static final FunctionDescriptor LONG = FunctionDescriptor.of(JAVA_LONG);

  @TempDir Path directory;
  private final List<Jit> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(Jit::close);
  }

  private Jit jit() {
    Jit jit = Jit.create();
    opened.add(jit);
    return jit;
  }

  // Indirect functions ----------------------------------------------------------------------------

  private static final String INDIRECT =
      """
      int resolved;
      double eight(double a, double b, double c, double d, double e, double f, double g, double h)
        { return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h; }
      static int one(int a) { return a + 1; }
      static int two(int a) { return a + 2; }
      typedef int unary(int);
      int choice = 2;
      static unary *choose(void) { resolved++; return choice == 1 ? one : two; }
      unary pick __attribute__((ifunc("choose")));
      static unary hidden __attribute__((ifunc("choose")));
      static void *chooseEight(void) {
        volatile double clobber = 1.5; resolved += clobber > 1; return eight; }
      double sum(double a, double b, double c, double d, double e, double f, double g, double h)
        __attribute__((ifunc("chooseEight")));
      unary *pointer = pick;
      unary *taken(void) { return pick; }
      int callBoth(int a) { return 100 * pick(a) + hidden(a); }
      int same(void) { return taken() == pointer && pointer == pick; }
      """;

  @ParameterizedTest
  @ValueSource(strings = {"-fPIC", "-fPIE", "-fno-pic"})
  void indirectFunctionIsResolvedOnceByItsFirstCall(String option) throws Throwable {
    Jit jit = jit();
    jit.add(Compiler.c("indirect", INDIRECT, option));
    jit.add(
        Compiler.c(
            "user",
            "int pick(int); int (*other)(int) = pick; int (*otherTaken(void))(int) { return other; }"
                + " int fromOther(int a) { return pick(a) + other(a); }",
            option));
    FunctionDescriptor unary = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
    MemorySegment resolved = jit.symbols().find("resolved").orElseThrow().reinterpret(4);

    assertThat(resolved.get(JAVA_INT, 0)).isZero();
    assertThat((int) jit.function("pick", unary).invoke(40)).isEqualTo(42);
    assertThat((int) jit.function("fromOther", unary).invoke(1)).isEqualTo(6);
    assertThat(resolved.get(JAVA_INT, 0)).isEqualTo(1);
    assertThat((int) jit.function("callBoth", unary).invoke(5)).isEqualTo(707);
    assertThat((int) jit.function("same", INT).invoke()).isEqualTo(1);
    FunctionDescriptor taking = FunctionDescriptor.of(ADDRESS);
    assertThat(jit.function("otherTaken", taking).invoke())
        .isEqualTo(jit.function("taken", taking).invoke());
    assertThat(jit.objects().verify().values()).allMatch(List::isEmpty);
  }

  @Test
  void argumentsSurviveTheResolver() throws Throwable {
    Jit jit = jit();
    jit.add(Compiler.c("indirect", INDIRECT));
    FunctionDescriptor eight =
        FunctionDescriptor.of(
            JAVA_DOUBLE,
            JAVA_DOUBLE,
            JAVA_DOUBLE,
            JAVA_DOUBLE,
            JAVA_DOUBLE,
            JAVA_DOUBLE,
            JAVA_DOUBLE,
            JAVA_DOUBLE,
            JAVA_DOUBLE);

    double result = (double) jit.function("sum", eight).invoke(1., 2., 3., 4., 5., 6., 7., 8.);

    assertThat(result).isEqualTo(204);
  }

  @Test
  void indirectFunctionOfAnArchiveServesOtherMembers() throws Throwable {
    Path archive = directory.resolve("libindirect.a");
    write("indirect.o", Compiler.bytes("gcc", "indirect.c", INDIRECT));
    write(
        "user.o",
        Compiler.bytes("gcc", "user.c", "int pick(int); int use(void) { return pick(7); }"));
    run("ar", "rc", archive.toString(), path("indirect.o"), path("user.o"));
    Jit jit = jit();
    jit.addArchive(archive);

    assertThat((int) jit.function("use", INT).invoke()).isEqualTo(9);
  }

  @Test
  void indirectFunctionsOfTheProcessAreTheFunctionsThatTheyMean() throws Throwable {
    Jit jit = jit();
    // memcpy and strlen are indirect functions of glibc.
    jit.add(
        Compiler.c(
            "strings",
            "#include <string.h>\n"
                + "long length(void) { char copy[32]; volatile int n = 6;"
                + " memcpy(copy, \"linker\", n); copy[n] = 0; return strlen(copy); }",
            "-fno-builtin"));

    assertThat((long) jit.function("length", LONG).invoke()).isEqualTo(6);
  }

  // Versions --------------------------------------------------------------------------------------

  @Test
  void versionedReferenceIsThatVersionOfTheProcess() throws Throwable {
    Path library = versionedLibrary();
    DynamicLinker.open(library.toString(), DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    Jit jit = jit();
    jit.add(
        Compiler.c(
            "user",
            """
            int old(void); int fresh(void); int plain(void) __asm__("uruk_versioned");
            __asm__(".symver old, uruk_versioned@V1");
            __asm__(".symver fresh, uruk_versioned@V2");
            int all(void) { return old() + 10 * fresh() + 100 * plain(); }
            """));

    assertThat((int) jit.function("all", INT).invoke()).isEqualTo(221);
  }

  private Path versionedLibrary() throws Exception {
    Path library = directory.resolve("libversioned.so");
    Files.writeString(
        directory.resolve("v.c"),
        """
        int one(void) { return 1; } int two(void) { return 2; }
        __asm__(".symver one, uruk_versioned@V1");
        __asm__(".symver two, uruk_versioned@@V2");
        """);
    Files.writeString(
        directory.resolve("v.map"), "V1 { global: uruk_versioned; local: *; };\nV2 { } V1;\n");
    run(
        "gcc",
        "-shared",
        "-fPIC",
        path("v.c"),
        "-Wl,--version-script=" + path("v.map"),
        "-o",
        library.toString());
    return library;
  }

  @Test
  void defaultVersionOfAnObjectIsFoundByItsPlainName() throws Throwable {
    Jit jit = jit();
    jit.add(
        Compiler.c(
            "library",
            """
            int old(void) { return 1; } int fresh(void) { return 2; }
            __asm__(".symver old, versioned@V1");
            __asm__(".symver fresh, versioned@@V2");
            """));
    jit.add(
        Compiler.c(
            "user",
            """
            int old(void) __asm__("versioned_old");
            __asm__(".symver versioned_old, versioned@V1");
            int versioned(void);
            int both(void) { return 10 * versioned() + old(); }
            """));

    assertThat((int) jit.function("both", INT).invoke()).isEqualTo(21);
  }

  @Test
  void missingVersionIsNamed() {
    Jit jit = jit();
    jit.add(
        Compiler.c(
            "user",
            """
            int f(void); __asm__(".symver f, strlen@NO_SUCH_VERSION");
            int use(void) { return f(); }
            """));

    assertThatThrownBy(() -> jit.function("use", INT))
        .rootCause()
        .isInstanceOf(UnresolvedExternalException.class)
        .hasMessageContaining("strlen@NO_SUCH_VERSION");
  }

  // Weak references -------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"-fPIC", "-fPIE", "-fno-pic"})
  void missingWeakSymbolsAreNull(String option) throws Throwable {
    Jit jit = jit();
    jit.add(
        Compiler.c(
            "weak",
            """
            extern int variable __attribute__((weak));
            int function(void) __attribute__((weak));
            static int (*volatile stored)(void) = function;
            static int *volatile address = &variable;
            int missing(void) {
              int *volatile a = &variable; int (*volatile f)(void) = function;
              return (a == 0) + 2 * (f == 0) + 4 * (stored == 0) + 8 * (address == 0)
                + 16 * (function ? function() : 1) + 32 * (&variable ? variable : 1);
            }
            """,
            option));

    assertThat((int) jit.function("missing", INT).invoke()).isEqualTo(63);
  }

  @Test
  void distanceToAMissingWeakSymbolIsThatToNull() throws Throwable {
    Jit jit = jit();
    jit.add(
        Compiler.assembly(
            "weak",
            """
            .weak nowhere
            .globl address
            .type address, @function
            address: leaq nowhere(%rip), %rax
              ret
            """));

    assertThat((long) jit.function("address", LONG).invoke()).isZero();
  }

  // One of each -----------------------------------------------------------------------------------

  private static final String HEADER =
      """
      #include <typeinfo>
      inline int uruk_counter = 5;
      template <class T> struct uruk_holder { static int value; };
      template <class T> int uruk_holder<T>::value = 7;
      inline int &uruk_local() { static int instance = 9; return instance; }
      struct uruk_shape { virtual ~uruk_shape() {} virtual int sides() { return 0; } };
      """;

  private Path singletonLibrary() throws Exception {
    Path library = directory.resolve("libsingle.so");
    Files.writeString(
        directory.resolve("s.cpp"),
        HEADER
            + """
            extern "C" int uruk_libraryBump() {
              return ++uruk_counter + 100 * ++uruk_holder<int>::value + 10000 * ++uruk_local(); }
            extern "C" const void *uruk_libraryType() { return &typeid(uruk_shape); }
            """);
    run("g++", "-std=c++17", "-shared", "-fPIC", path("s.cpp"), "-o", library.toString());
    return library;
  }

  private static final String USER =
      HEADER
          + """
          extern "C" int bump() {
            return ++uruk_counter + 100 * ++uruk_holder<int>::value + 10000 * ++uruk_local(); }
          extern "C" const void *type() { return &typeid(uruk_shape); }
          """;

  @ParameterizedTest
  @ValueSource(strings = {"-fPIC", "-fPIE", "-fno-pic"})
  void weakAndUniqueDataAreTheProcesssOwn(String option) throws Throwable {
    Path library = singletonLibrary();
    DynamicLinker.open(library.toString(), DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    Jit jit = jit();
    jit.add(Compiler.cpp("user", USER, "-std=c++17", option));
    jit.add(
        Compiler.cpp(
            "second",
            HEADER + "extern \"C\" int *where() { return &uruk_counter; }",
            "-std=c++17",
            option));

    int first = (int) jit.function("bump", INT).invoke();
    int second = (int) jit.function("uruk_libraryBump", INT).invoke();
    assertThat(second - first).isEqualTo(10101);
    FunctionDescriptor pointer = FunctionDescriptor.of(ADDRESS);
    assertThat(jit.function("type", pointer).invoke())
        .isEqualTo(jit.function("uruk_libraryType", pointer).invoke());
    assertThat(((MemorySegment) jit.function("where", pointer).invoke()).address())
        .isEqualTo(DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "uruk_counter"));
  }

  @Test
  void strongDataAndMembersOfArchivesStayTheirOwn() throws Throwable {
    Path library = singletonLibrary();
    DynamicLinker.open(library.toString(), DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL);
    Jit strong = jit();
    strong.add(
        Compiler.c("strong", "int uruk_counter = 1; int read(void) { return uruk_counter; }"));
    assertThat((int) strong.function("read", INT).invoke()).isEqualTo(1);

    Path archive = directory.resolve("libsingle.a");
    write("user.o", Compiler.bytes("g++", "user.cpp", USER, "-std=c++17"));
    run("ar", "rc", archive.toString(), path("user.o"));
    Jit linked = jit();
    linked.addArchive(archive);
    linked.add(
        Compiler.cpp(
            "main", HEADER + "extern \"C\" int *where() { return &uruk_counter; }", "-std=c++17"));
    long where =
        ((MemorySegment) linked.function("where", FunctionDescriptor.of(ADDRESS)).invoke())
            .address();
    assertThat(where)
        .isNotEqualTo(DynamicLinker.symbol(DynamicLinker.RTLD_DEFAULT, "uruk_counter"));
    assertThat((int) linked.function("bump", INT).invoke()).isEqualTo(100806);
  }

  private static final String STREAMS =
      """
      #include <iostream>
      #include <locale>
      extern "C" const void *out_NAME() { return &std::cout; }
      extern "C" const void *classic_NAME() { return &std::locale::classic(); }
      extern "C" int writes_NAME() {
        return std::use_facet<std::ctype<char>>(std::locale()).toupper('a') + std::cout.good(); }
      """;

  /** The process has libstdc++.so.6; linked code has that one, or the one of the archive. */
  @ParameterizedTest
  @CsvSource({"-fPIC, false", "-fPIC, true", "-fPIE, false", "-fPIE, true", "-fno-pic, false"})
  void theCppLibraryIsThereOnce(String option, boolean archive) throws Throwable {
    int flags = DynamicLinker.RTLD_NOW | DynamicLinker.RTLD_GLOBAL;
    long library = DynamicLinker.open("libstdc++.so.6", flags);
    Jit jit = jit();
    if (archive) {
      jit.addArchive(libstdcxx());
    }
    jit.add(Compiler.cpp("one", STREAMS.replace("NAME", "one"), option));
    jit.add(Compiler.cpp("two", STREAMS.replace("NAME", "two"), option));
    FunctionDescriptor pointer = FunctionDescriptor.of(ADDRESS);
    jit.initialize();

    for (String what : List.of("out_", "classic_")) {
      assertThat(jit.function(what + "one", pointer).invoke())
          .isEqualTo(jit.function(what + "two", pointer).invoke());
    }
    assertThat((int) jit.function("writes_one", INT).invoke()).isEqualTo('A' + 1);
    long out = ((MemorySegment) jit.function("out_one", pointer).invoke()).address();
    assertThat(out == DynamicLinker.symbol(library, "_ZSt4cout")).isEqualTo(!archive);
  }

  private static Path libstdcxx() throws Exception {
    Process process = new ProcessBuilder("g++", "-print-file-name=libstdc++.a").start();
    return Path.of(new String(process.getInputStream().readAllBytes()).strip());
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private void write(String name, byte[] object) throws Exception {
    Files.write(directory.resolve(name), object);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
  }
}
