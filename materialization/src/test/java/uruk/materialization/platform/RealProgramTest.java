package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Programs and libraries that nobody here wrote: their output must be that of the ordinarily linked
 * program, and members of their archives must be linked by us.
 */
final class RealProgramTest {
  private static final String PYTHON = "/usr/lib/python3.11/config-3.11-x86_64-linux-gnu/";
  private static final String CRYPTO = "/usr/lib/x86_64-linux-gnu/libcrypto.a";

  @TempDir Path directory;

  /** Debian's libpython3.11.a is not position-independent; the modules are shared libraries. */
  @Test
  void pythonRunsAScriptThatImportsExtensionModules() throws Exception {
    Path script =
        Files.writeString(
            directory.resolve("script.py"),
            """
            import sys, json, _json, zlib, hashlib, decimal, bz2, lzma, queue, ctypes, threading, re
            print(sys.version_info[:2], json.dumps({"a": [1, 2.5, None]}), _json.__name__)
            print(decimal.Decimal(1) / 7, zlib.crc32(b"uruk"), hashlib.sha256(b"uruk").hexdigest())
            print(len(bz2.compress(b"a" * 1000)), lzma.decompress(lzma.compress(b"xz")))
            print(re.sub(r"(\\w+)-(\\d+)", r"\\2-\\1", "item-42"), ctypes.sizeof(ctypes.c_long))
            try:
                raise ValueError("shown")
            except ValueError as error:
                print(type(error).__name__, error)
            thread = threading.Thread(target=lambda: print("thread"))
            thread.start()
            thread.join()
            sys.exit(3)
            """);
    List<String> link = new ArrayList<>(List.of("gcc", "-no-pie", "-rdynamic"));
    link.addAll(List.of(PYTHON + "python.o", "-Wl,--whole-archive", PYTHON + "libpython3.11.a"));
    link.addAll(List.of("-Wl,--no-whole-archive", "-l:libexpat.so.1", "-l:libz.so.1", "-lm"));

    assertSame(
        link,
        List.of(
            "object:" + PYTHON + "python.o",
            "whole:" + PYTHON + "libpython3.11.a",
            "open:libz.so.1",
            "open:libexpat.so.1",
            "export"),
        script.toString());
  }

  @Test
  void opensslDigestsAndEncrypts() throws Exception {
    Path object =
        compile(
            "gcc",
            "crypto.c",
            """
            #include <openssl/evp.h>
            #include <stdio.h>
            static void print(const char *name, unsigned char *bytes, int count) {
              printf("%s ", name);
              for (int i = 0; i < count; i++) printf("%02x", bytes[i]);
              puts("");
            }
            static void digest(const char *name) {
              unsigned char out[64]; unsigned size; EVP_MD_CTX *context = EVP_MD_CTX_new();
              EVP_DigestInit_ex(context, EVP_get_digestbyname(name), 0);
              EVP_DigestUpdate(context, "uruk", 4); EVP_DigestFinal_ex(context, out, &size);
              print(name, out, size); EVP_MD_CTX_free(context);
            }
            static void cipher(const char *name) {
              unsigned char key[64] = {1, 2, 3}, iv[16] = {4}, out[128], back[128];
              int n, m, k, l; EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
              EVP_EncryptInit_ex(context, EVP_get_cipherbyname(name), 0, key, iv);
              EVP_EncryptUpdate(context, out, &n, (void *) "the quick brown fox", 19);
              EVP_EncryptFinal_ex(context, out + n, &m); print(name, out, n + m);
              EVP_DecryptInit_ex(context, EVP_get_cipherbyname(name), 0, key, iv);
              EVP_DecryptUpdate(context, back, &k, out, n + m);
              EVP_DecryptFinal_ex(context, back + k, &l); printf("%.*s\\n", k + l, back);
              EVP_CIPHER_CTX_free(context);
            }
            int main(void) {
              const char *digests[] = {"md5", "sha1", "sha256", "sha512", "sha3-256", "blake2b512"};
              const char *ciphers[] = {"aes-128-cbc", "aes-256-ctr", "chacha20", "camellia-128-cbc"};
              for (int i = 0; i < 6; i++) digest(digests[i]);
              for (int i = 0; i < 4; i++) cipher(ciphers[i]);
              return 5;
            }
            """,
            "-fPIE");

    assertSame(
        List.of("gcc", object.toString(), CRYPTO, "-ldl", "-pthread"),
        List.of("object:" + object, "archive:" + CRYPTO));
  }

  /**
   * Boehm's collector looks for references in what the dynamic linker knows as variables of the
   * process's modules. The large array puts one object onto pages of its own.
   */
  @ParameterizedTest
  @CsvSource({
    "open:libgc.so.1, -lgc",
    "archive:/usr/lib/x86_64-linux-gnu/libgc.a, /usr/lib/x86_64-linux-gnu/libgc.a"
  })
  void garbageCollectorFindsLinkedVariables(String collector, String library) throws Exception {
    String list =
        """
        #include <gc.h>
        struct node { struct node *next; long value; };
        static char large[1 << SHIFT] = {1};
        static struct node *head;
        void NAME_push(long value) {
          struct node *node = GC_MALLOC(sizeof *node);
          node->value = value + large[value]; node->next = head; head = node;
        }
        long NAME_sum(void) {
          long sum = 0;
          for (struct node *node = head; node; node = node->next) sum += node->value;
          return sum;
        }
        """;
    Path small =
        compile(
            "gcc", "small.c", list, "-fPIE", "-DSHIFT=12", "-DNAME_push=push1", "-DNAME_sum=sum1");
    Path large =
        compile(
            "gcc", "large.c", list, "-fPIE", "-DSHIFT=18", "-DNAME_push=push2", "-DNAME_sum=sum2");
    Path main =
        compile(
            "gcc",
            "collect.c",
            """
            #include <gc.h>
            #include <stdio.h>
            #include <string.h>
            void push1(long), push2(long); long sum1(void), sum2(void);
            int main(void) {
              GC_INIT();
              for (long i = 0; i < 1000; i++) { push1(i); push2(i); }
              GC_gcollect();
              for (int i = 0; i < 100000; i++) memset(GC_MALLOC(16), 0x55, 16);
              printf("%ld %ld\\n", sum1(), sum2());
              return 0;
            }
            """,
            "-fPIE");
    List<String> link = new ArrayList<>(List.of("gcc", main.toString(), small.toString()));
    link.addAll(List.of(large.toString(), library, "-pthread", "-ldl"));

    assertSame(link, List.of("object:" + main, "object:" + small, "object:" + large, collector));
  }

  /** Rust's standard library: its members share hidden thread-local variables. */
  @Test
  void rustCatchesPanicsAndRunsThreads() throws Exception {
    Path source =
        Files.writeString(
            directory.resolve("shapes.rs"),
            """
            use std::cell::RefCell;
            use std::collections::HashMap;
            use std::sync::{mpsc, Arc, Mutex};
            use std::{panic, thread};
            thread_local! { static SEEN: RefCell<Vec<String>> = RefCell::new(Vec::new()); }
            struct Noisy(i32);
            impl Drop for Noisy { fn drop(&mut self) { println!("drop {}", self.0); } }
            #[no_mangle]
            pub extern "C" fn run(n: i32) -> i32 {
                panic::set_hook(Box::new(|_| {}));
                let caught = panic::catch_unwind(|| {
                    let _noisy = Noisy(7);
                    if n > 0 { panic!("number {}", n); }
                });
                if let Err(thrown) = &caught { println!("{:?}", thrown.downcast_ref::<String>()); }
                let squares = Arc::new(Mutex::new(HashMap::new()));
                let (sender, receiver) = mpsc::channel();
                let threads: Vec<_> = (0..4).map(|i| {
                    let (squares, sender) = (squares.clone(), sender.clone());
                    thread::Builder::new().name(format!("worker {}", i)).spawn(move || {
                        let name = thread::current().name().unwrap().to_string();
                        SEEN.with(|seen| seen.borrow_mut().push(name));
                        squares.lock().unwrap().insert(i, i * i);
                        sender.send(i).unwrap();
                        if i == 2 { panic!("in a thread"); }
                        SEEN.with(|seen| seen.borrow().len())
                    }).unwrap()
                }).collect();
                for thread in threads {
                    match thread.join() {
                        Ok(count) => println!("joined {}", count),
                        Err(thrown) => println!("{:?}", thrown.downcast_ref::<&str>()),
                    }
                }
                drop(sender);
                let mut received: Vec<i32> = receiver.iter().collect();
                received.sort();
                let mut sorted: Vec<_> = squares.lock().unwrap().clone().into_iter().collect();
                sorted.sort();
                println!("{:?} {:?} {}", received, sorted, f64::sqrt(n as f64));
                received.len() as i32
            }
            """);
    String archive = directory.resolve("libshapes.a").toString();
    run(List.of("rustc", "--crate-type", "staticlib", "-O", source.toString(), "-o", archive));
    Path main =
        compile(
            "gcc", "main.c", "int run(int); int main(int c, char **v) { return run(c); }", "-fPIE");

    assertSame(
        List.of("gcc", main.toString(), archive, "-pthread", "-ldl", "-lm"),
        List.of("object:" + main, "archive:" + archive),
        "x");
  }

  /** The archive and the shared library, under code of both kinds that compilers make today. */
  @ParameterizedTest
  @CsvSource({"-fPIE, true", "-fPIC, false"})
  void cppExceptionsStreamsAndStaticObjects(String option, boolean archive) throws Exception {
    assertCppShapes(option, archive);
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"-fno-pic, false", "-fno-pic, true", "-fPIE, false", "-fPIC, true"})
  void cppExceptionsStreamsAndStaticObjectsOfAllOtherKinds(String option, boolean archive)
      throws Exception {
    assertCppShapes(option, archive);
  }

  private void assertCppShapes(String option, boolean archive) throws Exception {
    Path first =
        compile(
            "g++",
            "first.cpp",
            """
            #include <cstdio>
            #include <iostream>
            #include <map>
            struct noisy { const char *name; // also before std::cout is there
              noisy(const char *n) : name(n) { std::printf("+%s\\n", name); }
              ~noisy() { std::printf("-%s\\n", name); } };
            extern std::map<std::string, int> table;
            noisy one("one");
            noisy early __attribute__((init_priority(200))) ("early");
            noisy &lazy() { static noisy instance("lazy"); return instance; }
            int shapes();
            int main(int argc, char **argv) {
              lazy();
              for (auto &entry : table) std::cout << entry.first << "=" << entry.second << "\\n";
              shapes();
              return argc;
            }
            """,
            option);
    Path second = compile("g++", "second.cpp", CPP_SHAPES, option);
    List<String> link = new ArrayList<>(List.of("g++", first.toString(), second.toString()));
    link.add("-pthread");
    if (option.equals("-fno-pic")) {
      link.add("-no-pie");
    }
    String library = archive ? "archive:" + libstdcxx() : "open:libstdc++.so.6";

    assertSame(link, List.of("object:" + first, "object:" + second, library), "x");
  }

  private static final String CPP_SHAPES =
      """
      #include <future>
      #include <iostream>
      #include <locale>
      #include <map>
      #include <mutex>
      #include <regex>
      #include <sstream>
      #include <stdexcept>
      #include <thread>
      #include <vector>
      struct noisy { const char *name;
        noisy(const char *n) : name(n) { std::printf("+%s\\n", name); }
        ~noisy() { std::printf("-%s\\n", name); } };
      noisy two("two");
      noisy first __attribute__((init_priority(150))) ("first");
      std::map<std::string, int> table = {{"a", 1}, {"b", 2}};
      struct problem : std::runtime_error {
        int code; problem(int c) : std::runtime_error("problem"), code(c) {} };
      struct base { virtual ~base() {} }; struct derived : base { int value = 8; };
      struct left : virtual std::exception {}; struct right : virtual std::exception {};
      struct both : left, right { const char *what() const noexcept { return "both"; } };
      std::atomic<int> destroyed;
      struct counted { ~counted() { destroyed++; } };
      thread_local counted mine;
      struct bracket : std::numpunct<char> {
        char do_thousands_sep() const { return '_'; } std::string do_grouping() const { return "\\3"; } };
      int depth(int n) { counted each; if (n == 0) throw std::out_of_range("deep");
        return depth(n - 1) + 1; }
      struct half { counted part; half() { throw 5; } };
      int function_try(int n) try { return depth(n); } catch (std::exception &) { return -1; }
      void exceptions() {
        try { depth(3); } catch (const std::exception &e) { std::cout << e.what() << "\\n"; }
        try { try { throw problem(3); } catch (const std::logic_error &) { std::abort(); } }
        catch (const problem &e) { std::cout << e.what() << e.code << std::endl; }
        try { std::rethrow_exception(std::make_exception_ptr(4)); }
        catch (int i) { std::cout << i << "\\n"; }
        try { throw "text"; } catch (const char *text) { std::cout << text << "\\n"; }
        try { base plain; dynamic_cast<derived &>(plain).value++; }
        catch (const std::bad_cast &e) { std::cout << e.what() << "\\n"; }
        try { throw both(); } catch (const std::exception &e) { std::cout << e.what() << "\\n"; }
        try { half h; } catch (int i) { std::cout << "half " << i << "\\n"; }
        try { try { throw problem(1); } catch (...) { std::throw_with_nested(problem(2)); } }
        catch (const problem &outer) {
          try { std::rethrow_if_nested(outer); }
          catch (const problem &inner) { std::cout << outer.code << inner.code << "\\n"; } }
        try { try { throw 1; } catch (int) { throw; } } catch (int i) { std::cout << i << "\\n"; }
        try { std::vector<int>().at(1); } catch (const std::out_of_range &) { std::cout << "at\\n"; }
        try { std::string().substr(3); } catch (const std::logic_error &) { std::cout << "sub\\n"; }
        std::cout << function_try(2) << std::uncaught_exceptions() << "\\n";
      }
      void threads() {
        std::once_flag once; std::mutex lock; int sum = 0;
        std::vector<std::thread> all;
        for (int i = 0; i < 4; i++) all.emplace_back([&, i] {
          (void) &mine;
          std::call_once(once, [&] { sum += 100; });
          try { depth(i); } catch (const std::exception &) {
            std::lock_guard<std::mutex> hold(lock); sum += i; } });
        for (auto &each : all) each.join();
        std::cout << sum << " destroyed " << destroyed << std::endl;
        std::once_flag other;
        try { std::call_once(other, [] { throw 3; }); } catch (int i) { std::cout << i << "\\n"; }
        std::call_once(other, [] { std::cout << "again\\n"; });
        std::cout << std::async(std::launch::async, [] { return 42; }).get() << "\\n";
        std::promise<int> promise; auto later = promise.get_future();
        std::thread([&] { promise.set_exception(std::make_exception_ptr(problem(6))); }).join();
        try { later.get(); } catch (const problem &e) { std::cout << e.code << "\\n"; }
      }
      int shapes() {
        exceptions();
        threads();
        std::regex words("(\\\\w+)-(\\\\d+)"); std::smatch match; std::string text = "item-42";
        if (std::regex_search(text, match, words)) std::cout << match[2] << match[1] << "\\n";
        std::ostringstream out; out.imbue(std::locale(std::locale::classic(), new bracket));
        out << 1234567; std::cout << out.str() << " " << typeid(problem).name() << std::endl;
        std::cout << (std::locale() == std::locale::classic()) << std::isalpha('x', std::locale())
                  << std::endl;
        return 0;
      }
      """;

  private static String libstdcxx() throws Exception {
    Process process = new ProcessBuilder("g++", "-print-file-name=libstdc++.a").start();
    return new String(process.getInputStream().readAllBytes()).strip();
  }

  private Path compile(String compiler, String name, String source, String... options)
      throws Exception {
    Path file = Files.writeString(directory.resolve(name), source);
    Path object = directory.resolve(name + ".o");
    List<String> command = new ArrayList<>(List.of(compiler, "-O1"));
    command.addAll(Arrays.asList(options));
    command.addAll(List.of("-c", file.toString(), "-o", object.toString()));
    run(command);
    return object;
  }

  private void assertSame(List<String> link, List<String> inputs, String... arguments)
      throws Exception {
    Path executable = directory.resolve("program");
    run(Stream.concat(link.stream(), Stream.of("-o", executable.toString())).toList());
    Process ordinary =
        new ProcessBuilder(
                Stream.concat(Stream.of(executable.toString()), Arrays.stream(arguments)).toList())
            .start();
    List<String> expected = new ArrayList<>(ordinary.inputReader().lines().toList());
    expected.add("status " + ordinary.waitFor());
    List<String> command = new ArrayList<>(inputs);
    command.add("--");
    command.addAll(Arrays.asList(arguments));

    List<String> actual =
        new ArrayList<>(ChildJvm.run(RealProgramScenario.class, command.toArray(String[]::new)));
    if (!actual.isEmpty() && actual.getLast().startsWith("linked ")) {
      assertThat(actual.removeLast()).matches("linked [1-9]\\d* members, true");
    }
    assertThat(actual).containsExactlyElementsOf(expected);
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
  }
}
