package uruk.jitlink.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A shared library for processes that live for a fraction of a second. For its first call of native
 * code through the FFM API a fresh JVM makes some twenty classes, which takes a third of the start
 * of a small program; a native method (JNI) it calls at once. Processes that have this library,
 * named by the Java property {@code uruk.native-method}, make Uruk's own calls so; all others by
 * the FFM API.
 */
public final class NativeMethodLibrary {
  /**
   * Passes six arguments on and keeps errno before the JVM can change it. The first two arguments
   * are the JNI environment and the class; from the seventh on they are on the stack (System V
   * psABI, section 3.2.3). Variadic callees read from al how many vector registers have arguments.
   */
  private static final String X86_64 =
      """
      53                               push rbx
      41 54                            push r12
      50                               push rax
      48 89 cb                         mov rbx, rcx
      4c 8b 64 24 40                   mov r12, [rsp + 64]
      49 89 d2                         mov r10, rdx
      4c 89 c7                         mov rdi, r8
      4c 89 ce                         mov rsi, r9
      48 8b 54 24 20                   mov rdx, [rsp + 32]
      48 8b 4c 24 28                   mov rcx, [rsp + 40]
      4c 8b 44 24 30                   mov r8, [rsp + 48]
      4c 8b 4c 24 38                   mov r9, [rsp + 56]
      31 c0                            xor eax, eax
      41 ff d2                         call r10
      48 89 04 24                      mov [rsp], rax
      41 ff d4                         call r12
      8b 00                            mov eax, [rax]
      89 03                            mov [rbx], eax
      58                               pop rax
      41 5c                            pop r12
      5b                               pop rbx
      c3                               ret
      """;

  private NativeMethodLibrary() {}

  /**
   * Writes the library.
   *
   * @return false, and nothing is written, where there is none: on machines other than x86-64
   * @throws IOException if the file cannot be written
   */
  public static boolean write(Path file) throws IOException {
    if (!HostMachine.isX86_64()) {
      return false;
    }
    ElfImage image = new ElfImage(HostMachine.elfMachine(), Libc.pageSize(), "uruk-native-method");
    image.function(NativeMethod.SYMBOL, code().code());
    Files.write(file, image.bytes());
    return true;
  }

  /** {@return the method's code for x86-64} */
  public static MachineCode code() {
    return new MachineCode(X86_64);
  }
}
