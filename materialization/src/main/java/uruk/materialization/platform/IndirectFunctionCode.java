package uruk.materialization.platform;

import uruk.jitlink.host.MachineCode;

/**
 * The machine code that finds out which function an indirect one is, x86-64. Every indirect
 * function has a stub and a slot; while the slot is empty the stub comes here with the address of
 * its table in r11, which calls may change:
 *
 * <pre>
 *   SLOT: where the slot is     RESOLVER: the resolver     RESOLVE: this code
 * </pre>
 *
 * <p>All registers in which arguments may travel are saved around the resolver, vector registers by
 * {@code xsave} (Intel SDM volume 1, chapter 13), since functions may take 512 bits in each.
 */
final class IndirectFunctionCode {
  private static final String TABLE =
      """
      SLOT = 0
      RESOLVER = 8
      RESOLVE = 16
      FXSAVE_SIZE = 512
      OSXSAVE = 27
      XSAVE_LEAF = 13
      XSAVE_HEADER = 512
      XSAVE_MASK = 0xe7

      resolve:
      55                               push rbp
      48 89 e5                         mov rbp, rsp
      53                               push rbx
      50                               push rax
      51                               push rcx
      52                               push rdx
      56                               push rsi
      57                               push rdi
      41 50                            push r8
      41 51                            push r9
      41 52                            push r10
      41 53                            push r11
      b8 01 00 00 00                   mov eax, 1
      0f a2                            cpuid
      41 89 ca                         mov r10d, ecx
      bb 00 02 00 00                   mov ebx, FXSAVE_SIZE
      41 0f ba e2 1b                   bt r10d, OSXSAVE
      73 09                            jnc haveSize
      b8 0d 00 00 00                   mov eax, XSAVE_LEAF
      31 c9                            xor ecx, ecx
      0f a2                            cpuid
      haveSize:
      48 29 dc                         sub rsp, rbx
      48 83 e4 c0                      and rsp, -64
      44 89 d3                         mov ebx, r10d
      0f ba e3 1b                      bt ebx, OSXSAVE
      73 1f                            jnc saveOld
      48 8d bc 24 00 02 00 00          lea rdi, [rsp + XSAVE_HEADER]
      31 c0                            xor eax, eax
      b9 08 00 00 00                   mov ecx, 8
      f3 48 ab                         rep stosq
      b8 e7 00 00 00                   mov eax, XSAVE_MASK
      31 d2                            xor edx, edx
      0f ae 24 24                      xsave [rsp]
      eb 04                            jmp saved
      saveOld:
      0f ae 04 24                      fxsave [rsp]
      saved:
      4c 8b 5d b0                      mov r11, [rbp - 80]
      41 ff 53 08                      call [r11 + RESOLVER]
      4c 8b 5d b0                      mov r11, [rbp - 80]
      49 8b 0b                         mov rcx, [r11 + SLOT]
      48 89 01                         mov [rcx], rax
      0f ba e3 1b                      bt ebx, OSXSAVE
      73 0d                            jnc restoreOld
      b8 e7 00 00 00                   mov eax, XSAVE_MASK
      31 d2                            xor edx, edx
      0f ae 2c 24                      xrstor [rsp]
      eb 04                            jmp restored
      restoreOld:
      0f ae 0c 24                      fxrstor [rsp]
      restored:
      48 8d 65 b0                      lea rsp, [rbp - 80]
      41 5b                            pop r11
      41 5a                            pop r10
      41 59                            pop r9
      41 58                            pop r8
      5f                               pop rdi
      5e                               pop rsi
      5a                               pop rdx
      59                               pop rcx
      58                               pop rax
      5b                               pop rbx
      5d                               pop rbp
      4d 8b 1b                         mov r11, [r11 + SLOT]
      41 ff 23                         jmp [r11]
      """;

  private static final class Installed {
    private static final long RESOLVE = CodeThunks.shared().create(create().code());
  }

  /** Where the operand of the slot is in a stub, and where that of the table. */
  static final int SLOT_OPERAND = 3;

  static final int TABLE_OPERAND = 18;

  private static final byte[] STUB = {
    0x4c,
    (byte) 0x8b,
    0x1d,
    0,
    0,
    0,
    0, // mov slot(%rip), %r11
    0x4d,
    (byte) 0x85,
    (byte) 0xdb, // test %r11, %r11
    0x74,
    0x03, // jz +3
    0x41,
    (byte) 0xff,
    (byte) 0xe3, // jmp *%r11
    0x4c,
    (byte) 0x8d,
    0x1d,
    0,
    0,
    0,
    0, // lea table(%rip), %r11
    0x41,
    (byte) 0xff,
    0x63,
    0x10, // jmp *RESOLVE(%r11)
  };

  private IndirectFunctionCode() {}

  static MachineCode create() {
    return new MachineCode(TABLE);
  }

  /** {@return the address of the code that all stubs share; it stays for the process's life} */
  static long resolve() {
    return Installed.RESOLVE;
  }

  /** {@return the code of a stub, whose two operands are displacements} */
  static byte[] stub() {
    return STUB.clone();
  }
}
