package uruk.materialization.platform;

/**
 * The part of the {@linkplain GuardCode guard's code} that runs when a signal arrives or linked
 * code wants to exit.
 *
 * <p>{@code handler} leaves a fault to the handler that was there before if it is in the JVM's
 * library or in code that the JVM has compiled, or if another process has sent it. In a guarded
 * call it writes the fault down and goes on at {@code land}. On a thread that has no Java caller it
 * writes it to {@code REPORT}, wakes the thread that {@link LinkedThreads} has waiting, and waits
 * for the process to end, half a minute at the most: the interrupted code may hold a lock that the
 * report needs. {@code exit} and {@code quickExit} on such a thread wait for as long as it takes.
 */
final class GuardSignalCode {
  static final String TABLE =
      """
      handler:
      55                               push rbp
      48 89 e5                         mov rbp, rsp
      53                               push rbx
      41 54                            push r12
      41 55                            push r13
      41 56                            push r14
      49 89 fe                         mov r14, rdi
      49 89 f5                         mov r13, rsi
      49 89 d4                         mov r12, rdx
      49 8b 84 24 a8 00 00 00          mov rax, [r12 + CONTEXT_RIP]
      48 3b 05 fd 0b 00 00             cmp rax, [rip + JVM_BEGIN]
      72 0d                            jb notJvm
      48 3b 05 fc 0b 00 00             cmp rax, [rip + JVM_END]
      0f 82 3f 01 00 00                jb chain
      notJvm:
      48 3b 05 f7 0b 00 00             cmp rax, [rip + CODE_CACHE_BEGIN]
      72 0d                            jb notJava
      48 3b 05 f6 0b 00 00             cmp rax, [rip + CODE_CACHE_END]
      0f 82 29 01 00 00                jb chain
      notJava:
      41 83 7d 08 00                   cmp dword ptr [r13 + SYSTEM_CODE], 0
      0f 84 1e 01 00 00                je chain
      4c 8b 15 7e 0b 00 00             mov r10, [rip + TPOFF]
      64 49 8b 1a                      mov rbx, fs:[r10]
      48 85 db                         test rbx, rbx
      74 30                            jz unknownThread
      48 83 3b 01                      cmp qword ptr [rbx + CURRENT], LINKED_THREAD
      0f 82 04 01 00 00                jb chain
      74 4a                            je linkedThread
      48 83 7b 18 00                   cmp qword ptr [rbx + STATUS], 0
      75 05                            jne rewrite
      e8 8d 00 00 00                   call record
      rewrite:
      48 8d 05 10 fe ff ff             lea rax, [rip + land]
      49 89 84 24 a8 00 00 00          mov [r12 + CONTEXT_RIP], rax
      41 5e                            pop r14
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      5d                               pop rbp
      c3                               ret
      unknownThread:
      48 83 ec 10                      sub rsp, 16
      48 8b 3d a2 0b 00 00             mov rdi, [rip + JAVA_VM]
      48 89 e6                         mov rsi, rsp
      ba 08 00 01 00                   mov edx, 0x00010008
      ff 15 9c 0b 00 00                call [rip + GET_ENV]
      48 83 c4 10                      add rsp, 16
      83 f8 fe                         cmp eax, -2
      0f 85 b8 00 00 00                jne chain
      linkedThread:
      48 8b 1d d8 0b 00 00             mov rbx, [rip + REPORT]
      64 48 8b 0c 25 00 00 00 00       mov rcx, fs:[0]
      31 c0                            xor eax, eax
      f0 48 0f b1 0d f4 0b 00 00       lock cmpxchg [rip + REPORT_CLAIMED], rcx
      74 07                            je claimed
      48 39 c8                         cmp rax, rcx
      74 07                            je recorded
      eb 12                            jmp reported
      claimed:
      e8 26 00 00 00                   call record
      recorded:
      48 8b 3d d7 0b 00 00             mov rdi, [rip + REPORTER]
      ff 15 89 0b 00 00                call [rip + SEM_POST]
      reported:
      bb 30 75 00 00                   mov ebx, 30000
      e8 ab 00 00 00                   call await
      85 c0                            test eax, eax
      75 74                            jnz chain
      bf 86 00 00 00                   mov edi, 134
      ff 15 d8 0b 00 00                call [rip + EXIT_FUNCTIONS + 8]
      record:
      48 c7 43 18 01 00 00 00          mov qword ptr [rbx + STATUS], SIGNAL
      49 8b 84 24 a8 00 00 00          mov rax, [r12 + CONTEXT_RIP]
      48 89 43 38                      mov [rbx + FAULT_RIP], rax
      49 63 c6                         movsxd rax, r14d
      48 89 43 20                      mov [rbx + VALUE], rax
      49 63 45 08                      movsxd rax, dword ptr [r13 + SYSTEM_CODE]
      48 89 43 28                      mov [rbx + CODE], rax
      49 8b 45 10                      mov rax, [r13 + SYSTEM_ADDRESS]
      48 89 43 30                      mov [rbx + FAULT_ADDRESS], rax
      48 c7 43 48 00 00 00 00          mov qword ptr [rbx + DEPTH], 0
      48 c7 43 40 00 00 00 00          mov qword ptr [rbx + STACK_WORD], 0
      48 83 ec 08                      sub rsp, 8
      48 8d bb 80 00 00 00             lea rdi, [rbx + BACKTRACE]
      be 80 00 00 00                   mov esi, MAXIMUM_DEPTH
      ff 15 b7 0a 00 00                call [rip + BACKTRACE_FUNCTION]
      48 83 c4 08                      add rsp, 8
      48 89 43 48                      mov [rbx + DEPTH], rax
      49 8b 84 24 a0 00 00 00          mov rax, [r12 + CONTEXT_RSP]
      48 8b 00                         mov rax, [rax]
      48 89 43 40                      mov [rbx + STACK_WORD], rax
      c3                               ret
      chain:
      49 63 c6                         movsxd rax, r14d
      4c 89 f7                         mov rdi, r14
      4c 89 ee                         mov rsi, r13
      4c 89 e2                         mov rdx, r12
      41 5e                            pop r14
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      5d                               pop rbp
      4c 8d 15 64 0b 00 00             lea r10, [rip + PREVIOUS_HANDLERS]
      4d 8b 14 c2                      mov r10, [r10 + rax*8]
      49 83 fa 01                      cmp r10, 1
      74 0d                            je ignored
      72 03                            jb byDefault
      41 ff e2                         jmp r10
      byDefault:
      31 f6                            xor esi, esi
      ff 25 75 0a 00 00                jmp [rip + SIGNAL_FUNCTION]
      ignored:
      c3                               ret
      await:
      48 83 ec 08                      sub rsp, 8
      waiting:
      8b 05 22 0b 00 00                mov eax, [rip + REPORT_DECLINED]
      85 c0                            test eax, eax
      75 11                            jnz awaited
      bf e8 03 00 00                   mov edi, 1000
      ff 15 ab 0a 00 00                call [rip + USLEEP]
      31 c0                            xor eax, eax
      ff cb                            dec ebx
      75 e5                            jnz waiting
      awaited:
      48 83 c4 08                      add rsp, 8
      c3                               ret
      exit:
      31 c9                            xor ecx, ecx
      eb 0c                            jmp leave
      exitAtOnce:
      b9 01 00 00 00                   mov ecx, 1
      eb 05                            jmp leave
      quickExit:
      b9 02 00 00 00                   mov ecx, 2
      leave:
      4c 8b 15 f9 09 00 00             mov r10, [rip + TPOFF]
      64 49 8b 02                      mov rax, fs:[r10]
      48 85 c0                         test rax, rax
      74 1e                            jz unguarded
      48 83 38 01                      cmp qword ptr [rax + CURRENT], LINKED_THREAD
      76 18                            jbe unguarded
      48 c7 40 18 03 00 00 00          mov qword ptr [rax + STATUS], EXIT
      48 89 48 28                      mov [rax + CODE], rcx
      48 63 ff                         movsxd rdi, edi
      48 89 78 20                      mov [rax + VALUE], rdi
      e9 8c fc ff ff                   jmp land
      unguarded:
      53                               push rbx
      41 54                            push r12
      41 55                            push r13
      49 89 fc                         mov r12, rdi
      49 89 cd                         mov r13, rcx
      83 f9 01                         cmp ecx, 1
      74 58                            je leaveProcess
      64 48 8b 0c 25 00 00 00 00       mov rcx, fs:[0]
      31 c0                            xor eax, eax
      f0 48 0f b1 0d 9e 0a 00 00       lock cmpxchg [rip + REPORT_CLAIMED], rcx
      75 3b                            jne leaving
      48 8b 1d 65 0a 00 00             mov rbx, [rip + REPORT]
      48 c7 43 18 03 00 00 00          mov qword ptr [rbx + STATUS], EXIT
      4c 89 6b 28                      mov [rbx + CODE], r13
      49 63 fc                         movsxd rdi, r12d
      48 89 7b 20                      mov [rbx + VALUE], rdi
      48 c7 43 48 01 00 00 00          mov qword ptr [rbx + DEPTH], 1
      48 8b 44 24 18                   mov rax, [rsp + 24]
      48 89 83 80 00 00 00             mov [rbx + BACKTRACE], rax
      48 8b 3d 5f 0a 00 00             mov rdi, [rip + REPORTER]
      ff 15 11 0a 00 00                call [rip + SEM_POST]
      leaving:
      31 db                            xor ebx, ebx
      e8 36 ff ff ff                   call await
      leaveProcess:
      4c 89 e7                         mov rdi, r12
      4c 8d 15 60 0a 00 00             lea r10, [rip + EXIT_FUNCTIONS]
      4f 8b 14 ea                      mov r10, [r10 + r13*8]
      41 5d                            pop r13
      41 5c                            pop r12
      5b                               pop rbx
      41 ff e2                         jmp r10
      """;

  private GuardSignalCode() {}
}
