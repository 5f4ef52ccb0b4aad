package uruk.materialization.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
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

  /** The archive and the shared library, under code of all kinds. */
  @ParameterizedTest
  @CsvSource({
    "-fno-pic, false",
    "-fno-pic, true",
    "-fPIE, false",
    "-fPIE, true",
    "-fPIC, false",
    "-fPIC, true",
  })
  void cppExceptionsStreamsAndStaticObjects(String option, boolean archive) throws Exception {
    Path object =
        compile(
            "g++",
            "shapes.cpp",
            """
            #include <iostream>
            #include <locale>
            #include <map>
            #include <regex>
            #include <sstream>
            #include <stdexcept>
            #include <thread>
            struct problem : std::runtime_error {
              int code; problem(int c) : std::runtime_error("problem"), code(c) {} };
            struct base { virtual ~base() {} }; struct derived : base { int value = 8; };
            int destroyed;
            struct counted { ~counted() { destroyed++; } };
            thread_local counted mine;
            std::map<std::string, int> table = {{"a", 1}, {"b", 2}};
            int depth(int n) { counted each; if (n == 0) throw std::out_of_range("deep");
              return depth(n - 1) + 1; }
            int main(int argc, char **argv) {
              try { depth(3); } catch (const std::exception &e) { std::cout << e.what() << "\\n"; }
              try { try { throw problem(3); } catch (const std::logic_error &) { return 9; } }
              catch (const problem &e) { std::cout << e.what() << e.code << std::endl; }
              try { std::rethrow_exception(std::make_exception_ptr(4)); }
              catch (int i) { std::cout << i << "\\n"; }
              try { throw "text"; } catch (const char *text) { std::cout << text << "\\n"; }
              try { base plain; dynamic_cast<derived &>(plain).value++; }
              catch (const std::bad_cast &e) { std::cout << e.what() << "\\n"; }
              std::thread([] { (void) &mine; }).join();
              std::cout << "destroyed " << destroyed << std::endl;
              std::regex words("(\\\\w+)-(\\\\d+)"); std::smatch match; std::string text = "item-42";
              if (std::regex_search(text, match, words)) std::cout << match[2] << match[1] << "\\n";
              std::ostringstream out; out.imbue(std::locale::classic()); out << 1234567.5;
              std::cout << out.str() << " " << typeid(problem).name() << std::endl;
              for (auto &entry : table) std::cout << entry.first << "=" << entry.second << "\\n";
              return argc;
            }
            """,
            option);
    List<String> link = new ArrayList<>(List.of("g++", object.toString(), "-pthread"));
    if (option.equals("-fno-pic")) {
      link.add("-no-pie");
    }
    String library = archive ? "archive:" + libstdcxx() : "open:libstdc++.so.6";

    assertSame(link, List.of("object:" + object, library), "x");
  }

  private static String libstdcxx() throws Exception {
    Process process = new ProcessBuilder("g++", "-print-file-name=libstdc++.a").start();
    return new String(process.getInputStream().readAllBytes()).strip();
  }

  private Path compile(String compiler, String name, String source, String option)
      throws Exception {
    Path file = Files.writeString(directory.resolve(name), source);
    Path object = directory.resolve(name + ".o");
    run(List.of(compiler, "-O1", option, "-c", file.toString(), "-o", object.toString()));
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
