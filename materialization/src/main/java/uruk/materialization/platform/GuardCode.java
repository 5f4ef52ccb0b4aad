package uruk.materialization.platform;

import uruk.jitlink.host.MachineCode;

/**
 * The machine code of the guard, x86-64 (System V psABI, section 3.2). The left column is what is
 * executed, the right one is its assembly ({@link MachineCode}). Signal handling and threads are in
 * {@link GuardSignalCode} and {@link GuardThreadCode}; data follow all code one page later.
 *
 * <p>{@code call} takes a function and up to five arguments; {@code enter} is reached with the
 * function in r11 and everything else as the function expects it. Both move the return address and
 * the callee-saved registers to a frame in the thread's <em>area</em>, so that arguments on the
 * stack stay where the function looks for them, call, and move them back. Whatever ends the call
 * early goes to {@code land}, which restores the innermost frame, counts {@code PENDING} up and
 * returns 0 to the caller; the area then says what happened. A thread's first call makes its area,
 * and with it a stack for signal handlers.
 *
 * <p>{@code callJava} is reached with an upcall stub in r11. While Java runs, {@code CURRENT} is 0:
 * nothing lands in a frame that Java's frames are above of. When Java has left an exception in
 * {@code RAISE}, it is raised as the unwinder's, in a language of ours, so that frames of C++ on
 * its way are cleaned up; if nobody can unwind to the guard, the call lands at once. {@code forget}
 * is what C++ calls when it has handled such an exception.
 *
 * <p>{@code personality} is what the unwinder calls for the frame of {@code enter}: it claims every
 * exception in the search phase and lands in the cleanup phase, when all frames below are clean.
 *
 * <p>Each frame says which function it called and the {@code EPOCH} in which it did, which is read
 * after the frame can be seen: who closes the gate (a negative epoch) and then has every thread
 * pass a memory barrier finds each call either in its thread's area or waiting at {@code closed}.
 * Calls within calls pass the gate: the outer one could not end otherwise. The areas are a list
 * under a spin lock.
 *
 * <p>{@code unbound} is where a removed function leads with the text of its report in r11.
 */
final class GuardCode {
  private static final String TABLE =
      """
      CURRENT = 0
      TOP = 8
      LIMIT = 16
      STATUS = 24
      VALUE = 32
      CODE = 40
      FAULT_ADDRESS = 48
      FAULT_RIP = 56
      STACK_WORD = 64
      DEPTH = 72
      RAISE = 80
      NEXT_AREA = 88
      THREAD = 96
      TEAM = 104
      BACKTRACE = 128
      MAXIMUM_DEPTH = 128
      HEADER_SIZE = 4096
      FRAMES_SIZE = 1048576
      STACK_SIZE = 65536
      AREA_SIZE = 1118208
      SAVED_RBX = 0
      RETURN = 8
      SAVED_RSP = 16
      SAVED_RBP = 24
      SAVED_R12 = 32
      SAVED_R13 = 40
      SAVED_R14 = 48
      SAVED_R15 = 56
      PREVIOUS = 64
      SAVED_MXCSR = 72
      SAVED_FPCW = 76
      FUNCTION = 80
      ENTERED = 88
      FRAME_SIZE = 128
      SIGNAL = 1
      FOREIGN = 2
      EXIT = 3
      TOO_DEEP = 4
      UNBOUND = 5
      SYS_GETTID = 186
      LINKED_THREAD = 1
      EXCEPTION_STATE = 32
      EXCEPTION_SIZE = 48
      SYSTEM_CODE = 8
      SYSTEM_ADDRESS = 16
      CONTEXT_RSP = 160
      CONTEXT_RIP = 168

      call:
      49 89 fb                         mov r11, rdi
      48 89 f7                         mov rdi, rsi
      48 89 d6                         mov rsi, rdx
      48 89 ca                         mov rdx, rcx
      4c 89 c1                         mov rcx, r8
      4d 89 c8                         mov r8, r9
      31 c0                            xor eax, eax
      enter:
      4c 8b 15 e5 0f 00 00             mov r10, [rip + TPOFF]
      64 4d 8b 12                      mov r10, fs:[r10]
      4d 85 d2                         test r10, r10
      0f 84 b9 00 00 00                jz setup
      53                               push rbx
      49 8b 5a 08                      mov rbx, [r10 + TOP]
      49 3b 5a 10                      cmp rbx, [r10 + LIMIT]
      73 6f                            jae tooDeep
      8f 03                            pop qword ptr [rbx + SAVED_RBX]
      8f 43 08                         pop qword ptr [rbx + RETURN]
      48 89 63 10                      mov [rbx + SAVED_RSP], rsp
      48 89 6b 18                      mov [rbx + SAVED_RBP], rbp
      4c 89 63 20                      mov [rbx + SAVED_R12], r12
      4c 89 6b 28                      mov [rbx + SAVED_R13], r13
      4c 89 73 30                      mov [rbx + SAVED_R14], r14
      4c 89 7b 38                      mov [rbx + SAVED_R15], r15
      0f ae 5b 48                      stmxcsr [rbx + SAVED_MXCSR]
      d9 7b 4c                         fnstcw [rbx + SAVED_FPCW]
      4d 8b 22                         mov r12, [r10 + CURRENT]
      4c 89 63 40                      mov [rbx + PREVIOUS], r12
      4d 89 d4                         mov r12, r10
      4c 8d 93 80 00 00 00             lea r10, [rbx + FRAME_SIZE]
      4c 89 5b 50                      mov [rbx + FUNCTION], r11
      4d 89 54 24 08                   mov [r12 + TOP], r10
      49 89 1c 24                      mov [r12 + CURRENT], rbx
      4c 8b 15 54 10 00 00             mov r10, [rip + EPOCH]
      4c 89 53 58                      mov [rbx + ENTERED], r10
      4d 85 d2                         test r10, r10
      78 31                            js closed
      begin:
      41 ff d3                         call r11
      48 8b 4b 40                      mov rcx, [rbx + PREVIOUS]
      49 89 0c 24                      mov [r12 + CURRENT], rcx
      49 89 5c 24 08                   mov [r12 + TOP], rbx
      4c 8b 63 20                      mov r12, [rbx + SAVED_R12]
      48 8b 4b 08                      mov rcx, [rbx + RETURN]
      48 8b 1b                         mov rbx, [rbx + SAVED_RBX]
      51                               push rcx
      c3                               ret
      tooDeep:
      5b                               pop rbx
      49 c7 42 18 04 00 00 00          mov qword ptr [r10 + STATUS], TOO_DEEP
      fail:
      f0 48 ff 05 5d 0f 00 00          lock inc qword ptr [rip + PENDING]
      31 c0                            xor eax, eax
      c3                               ret
      closed:
      4d 8d 94 24 00 10 00 00          lea r10, [r12 + HEADER_SIZE]
      4c 39 d3                         cmp rbx, r10
      75 c2                            jne begin
      49 89 5c 24 08                   mov [r12 + TOP], rbx
      4c 8b 53 40                      mov r10, [rbx + PREVIOUS]
      4d 89 14 24                      mov [r12 + CURRENT], r10
      4c 8b 63 20                      mov r12, [rbx + SAVED_R12]
      ff 73 08                         push qword ptr [rbx + RETURN]
      48 8b 1b                         mov rbx, [rbx + SAVED_RBX]
      49 c7 c2 ff ff ff ff             mov r10, -1
      setup:
      55                               push rbp
      48 89 e5                         mov rbp, rsp
      57                               push rdi
      56                               push rsi
      52                               push rdx
      51                               push rcx
      41 50                            push r8
      41 51                            push r9
      50                               push rax
      41 53                            push r11
      53                               push rbx
      48 81 ec a8 00 00 00             sub rsp, 168
      0f 11 44 24 20                   movups [rsp + 32], xmm0
      0f 11 4c 24 30                   movups [rsp + 48], xmm1
      0f 11 54 24 40                   movups [rsp + 64], xmm2
      0f 11 5c 24 50                   movups [rsp + 80], xmm3
      0f 11 64 24 60                   movups [rsp + 96], xmm4
      0f 11 6c 24 70                   movups [rsp + 112], xmm5
      0f 11 b4 24 80 00 00 00          movups [rsp + 128], xmm6
      0f 11 bc 24 90 00 00 00          movups [rsp + 144], xmm7
      4d 85 d2                         test r10, r10
      75 59                            jnz awaitGate
      e8 7a 00 00 00                   call makeArea
      49 89 c2                         mov r10, rax
      restore:
      0f 10 44 24 20                   movups xmm0, [rsp + 32]
      0f 10 4c 24 30                   movups xmm1, [rsp + 48]
      0f 10 54 24 40                   movups xmm2, [rsp + 64]
      0f 10 5c 24 50                   movups xmm3, [rsp + 80]
      0f 10 64 24 60                   movups xmm4, [rsp + 96]
      0f 10 6c 24 70                   movups xmm5, [rsp + 112]
      0f 10 b4 24 80 00 00 00          movups xmm6, [rsp + 128]
      0f 10 bc 24 90 00 00 00          movups xmm7, [rsp + 144]
      48 81 c4 a8 00 00 00             add rsp, 168
      5b                               pop rbx
      41 5b                            pop r11
      58                               pop rax
      41 59                            pop r9
      41 58                            pop r8
      59                               pop rcx
      5a                               pop rdx
      5e                               pop rsi
      5f                               pop rdi
      5d                               pop rbp
      49 83 fa ff                      cmp r10, -1
      0f 84 2c ff ff ff                je fail
      e9 90 fe ff ff                   jmp enter
      awaitGate:
      bf e8 03 00 00                   mov edi, 1000
      ff 15 01 0f 00 00                call [rip + USLEEP]
      45 31 d2                         xor r10d, r10d
      eb 9f                            jmp restore
      lockAreas:
      b8 01 00 00 00                   mov eax, 1
      48 87 05 40 0f 00 00             xchg [rip + AREAS_LOCK], rax
      48 85 c0                         test rax, rax
      74 04                            jz locked
      f3 90                            pause
      eb eb                            jmp lockAreas
      locked:
      c3                               ret
      makeArea:
      53                               push rbx
      48 83 ec 20                      sub rsp, 32
      31 ff                            xor edi, edi
      be 00 10 11 00                   mov esi, AREA_SIZE
      ba 03 00 00 00                   mov edx, 3
      b9 22 40 00 00                   mov ecx, 0x4022
      49 c7 c0 ff ff ff ff             mov r8, -1
      45 31 c9                         xor r9d, r9d
      ff 15 48 0e 00 00                call [rip + MMAP]
      48 83 f8 ff                      cmp rax, -1
      0f 84 81 00 00 00                je areaMade
      48 89 c3                         mov rbx, rax
      48 8d 83 00 10 00 00             lea rax, [rbx + HEADER_SIZE]
      48 89 43 08                      mov [rbx + TOP], rax
      48 05 00 00 10 00                add rax, FRAMES_SIZE
      48 89 43 10                      mov [rbx + LIMIT], rax
      48 89 04 24                      mov [rsp], rax
      48 c7 44 24 08 00 00 00 00       mov qword ptr [rsp + 8], 0
      48 c7 44 24 10 00 00 01 00       mov qword ptr [rsp + 16], STACK_SIZE
      48 89 e7                         mov rdi, rsp
      31 f6                            xor esi, esi
      ff 15 15 0e 00 00                call [rip + SIGALTSTACK]
      8b 3d ef 0d 00 00                mov edi, [rip + KEY]
      48 89 de                         mov rsi, rbx
      ff 15 0e 0e 00 00                call [rip + PTHREAD_SETSPECIFIC]
      4c 8b 15 d7 0d 00 00             mov r10, [rip + TPOFF]
      64 49 89 1a                      mov fs:[r10], rbx
      b8 ba 00 00 00                   mov eax, SYS_GETTID
      0f 05                            syscall
      48 89 43 60                      mov [rbx + THREAD], rax
      e8 57 ff ff ff                   call lockAreas
      48 8b 05 94 0e 00 00             mov rax, [rip + AREAS]
      48 89 43 58                      mov [rbx + NEXT_AREA], rax
      48 89 1d 89 0e 00 00             mov [rip + AREAS], rbx
      31 c0                            xor eax, eax
      48 89 05 88 0e 00 00             mov [rip + AREAS_LOCK], rax
      48 89 d8                         mov rax, rbx
      areaMade:
      48 83 c4 20                      add rsp, 32
      5b                               pop rbx
      c3                               ret
      personality:
      55                               push rbp
      48 89 e5                         mov rbp, rsp
      f7 c6 01 00 00 00                test esi, 1
      74 32                            jz foreign
      53                               push rbx
      48 83 ec 08                      sub rsp, 8
      4c 8b 15 87 0d 00 00             mov r10, [rip + TPOFF]
      64 49 8b 1a                      mov rbx, fs:[r10]
      48 8d bb 80 00 00 00             lea rdi, [rbx + BACKTRACE]
      be 80 00 00 00                   mov esi, MAXIMUM_DEPTH
      ff 15 a9 0d 00 00                call [rip + BACKTRACE_FUNCTION]
      48 89 43 48                      mov [rbx + DEPTH], rax
      48 83 c4 08                      add rsp, 8
      5b                               pop rbx
      5d                               pop rbp
      b8 06 00 00 00                   mov eax, 6
      c3                               ret
      foreign:
      4c 8b 15 5a 0d 00 00             mov r10, [rip + TPOFF]
      64 49 8b 02                      mov rax, fs:[r10]
      48 c7 40 18 02 00 00 00          mov qword ptr [rax + STATUS], FOREIGN
      48 89 48 20                      mov [rax + VALUE], rcx
      48 89 50 28                      mov [rax + CODE], rdx
      land:
      fc                               cld
      4c 8b 15 3e 0d 00 00             mov r10, [rip + TPOFF]
      64 49 8b 02                      mov rax, fs:[r10]
      48 8b 18                         mov rbx, [rax + CURRENT]
      48 8b 4b 40                      mov rcx, [rbx + PREVIOUS]
      48 89 08                         mov [rax + CURRENT], rcx
      48 89 58 08                      mov [rax + TOP], rbx
      48 8b 63 10                      mov rsp, [rbx + SAVED_RSP]
      db e3                            fninit
      d9 6b 4c                         fldcw [rbx + SAVED_FPCW]
      0f ae 53 48                      ldmxcsr [rbx + SAVED_MXCSR]
      f0 48 ff 05 27 0d 00 00          lock inc qword ptr [rip + PENDING]
      48 8b 6b 18                      mov rbp, [rbx + SAVED_RBP]
      4c 8b 63 20                      mov r12, [rbx + SAVED_R12]
      4c 8b 6b 28                      mov r13, [rbx + SAVED_R13]
      4c 8b 73 30                      mov r14, [rbx + SAVED_R14]
      4c 8b 7b 38                      mov r15, [rbx + SAVED_R15]
      48 8b 4b 08                      mov rcx, [rbx + RETURN]
      48 8b 1b                         mov rbx, [rbx + SAVED_RBX]
      51                               push rcx
      31 c0                            xor eax, eax
      31 d2                            xor edx, edx
      0f 57 c0                         xorps xmm0, xmm0
      0f 57 c9                         xorps xmm1, xmm1
      c3                               ret
      callJava:
      4c 8b 15 e9 0c 00 00             mov r10, [rip + TPOFF]
      64 4d 8b 12                      mov r10, fs:[r10]
      4d 85 d2                         test r10, r10
      74 75                            jz toJava
      53                               push rbx
      49 8b 5a 08                      mov rbx, [r10 + TOP]
      49 3b 5a 10                      cmp rbx, [r10 + LIMIT]
      73 56                            jae javaTooDeep
      8f 03                            pop qword ptr [rbx + SAVED_RBX]
      8f 43 08                         pop qword ptr [rbx + RETURN]
      4c 89 63 20                      mov [rbx + SAVED_R12], r12
      4d 8b 22                         mov r12, [r10 + CURRENT]
      4c 89 63 40                      mov [rbx + PREVIOUS], r12
      4d 89 d4                         mov r12, r10
      49 c7 04 24 00 00 00 00          mov qword ptr [r12 + CURRENT], 0
      4c 8d 93 80 00 00 00             lea r10, [rbx + FRAME_SIZE]
      48 c7 43 50 00 00 00 00          mov qword ptr [rbx + FUNCTION], 0
      4d 89 54 24 08                   mov [r12 + TOP], r10
      41 ff d3                         call r11
      48 8b 4b 40                      mov rcx, [rbx + PREVIOUS]
      49 89 0c 24                      mov [r12 + CURRENT], rcx
      49 89 5c 24 08                   mov [r12 + TOP], rbx
      4d 8b 54 24 50                   mov r10, [r12 + RAISE]
      4c 8b 63 20                      mov r12, [rbx + SAVED_R12]
      48 8b 4b 08                      mov rcx, [rbx + RETURN]
      48 8b 1b                         mov rbx, [rbx + SAVED_RBX]
      51                               push rcx
      4d 85 d2                         test r10, r10
      75 18                            jnz raise
      c3                               ret
      javaTooDeep:
      5b                               pop rbx
      49 83 3a 01                      cmp qword ptr [r10 + CURRENT], LINKED_THREAD
      76 0d                            jbe toJava
      49 c7 42 18 04 00 00 00          mov qword ptr [r10 + STATUS], TOO_DEEP
      e9 25 ff ff ff                   jmp land
      toJava:
      41 ff e3                         jmp r11
      raise:
      55                               push rbp
      48 89 e5                         mov rbp, rsp
      53                               push rbx
      53                               push rbx
      4c 89 d3                         mov rbx, r10
      4c 8b 15 58 0c 00 00             mov r10, [rip + TPOFF]
      64 49 8b 02                      mov rax, fs:[r10]
      48 c7 40 50 00 00 00 00          mov qword ptr [rax + RAISE], 0
      48 89 df                         mov rdi, rbx
      ff 15 bb 0c 00 00                call [rip + RAISE_EXCEPTION]
      48 89 d9                         mov rcx, rbx
      48 8b 13                         mov rdx, [rbx]
      e9 d7 fe ff ff                   jmp foreign
      unbound:
      4c 8b 15 31 0c 00 00             mov r10, [rip + TPOFF]
      64 49 8b 02                      mov rax, fs:[r10]
      48 85 c0                         test rax, rax
      74 1f                            jz unboundUnguarded
      48 83 38 01                      cmp qword ptr [rax + CURRENT], LINKED_THREAD
      76 19                            jbe unboundUnguarded
      48 c7 40 18 05 00 00 00          mov qword ptr [rax + STATUS], UNBOUND
      4c 89 58 20                      mov [rax + VALUE], r11
      48 8b 0c 24                      mov rcx, [rsp]
      48 89 48 40                      mov [rax + STACK_WORD], rcx
      e9 c3 fe ff ff                   jmp land
      unboundUnguarded:
      48 83 e4 f0                      and rsp, -16
      bf 02 00 00 00                   mov edi, 2
      49 8d 73 08                      lea rsi, [r11 + 8]
      49 8b 13                         mov rdx, [r11]
      ff 15 bb 0c 00 00                call [rip + WRITE]
      ff 15 a5 0c 00 00                call [rip + ABORT]
      take:
      4c 8b 15 e6 0b 00 00             mov r10, [rip + TPOFF]
      64 49 8b 02                      mov rax, fs:[r10]
      c3                               ret
      forget:
      48 c7 46 20 01 00 00 00          mov qword ptr [rsi + EXCEPTION_STATE], 1
      c3                               ret
      """;

  private static final String DATA =
      """

      .org 4096
      TPOFF: .quad 0
      KEY: .quad 0
      PENDING: .quad 0
      MMAP: .quad 0
      MUNMAP: .quad 0
      SIGALTSTACK: .quad 0
      PTHREAD_SETSPECIFIC: .quad 0
      BACKTRACE_FUNCTION: .quad 0
      SIGNAL_FUNCTION: .quad 0
      JVM_BEGIN: .quad 0
      JVM_END: .quad 0
      CODE_CACHE_BEGIN: .quad 0
      CODE_CACHE_END: .quad 0
      JAVA_VM: .quad 0
      GET_ENV: .quad 0
      RAISE_EXCEPTION: .quad 0
      MALLOC: .quad 0
      FREE: .quad 0
      USLEEP: .quad 0
      DLSYM: .quad 0
      SEM_POST: .quad 0
      PTHREAD_CREATE: .quad 0
      THROW_SYSTEM_ERROR: .quad 0
      ABORT: .quad 0
      REPORT: .quad 0
      WRITE: .quad 0
      EPOCH: .quad 0
      AREAS: .quad 0
      AREAS_LOCK: .quad 0
      REPORTER: .quad 0
      REPORT_CLAIMED: .quad 0
      REPORT_DECLINED: .quad 0
      EXIT_FUNCTIONS: .zero 24
      PREVIOUS_HANDLERS: .zero 256
      """;

  private GuardCode() {}

  /** {@return the guard's code} */
  static MachineCode create() {
    return new MachineCode(TABLE + GuardSignalCode.TABLE + GuardThreadCode.TABLE + DATA);
  }
}
